"""Servers that speak the protocols of object stores, in environments of the tests' own, on 127.0.0.1.

Azurite is Microsoft's own emulator of Azure's blobs; moto imitates S3. Neither is installed with smallcap.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.integration.environments import node_environment, python_environment

AZURITE, MOTO = "azurite@3.37.0", "moto[server]>=5.2,<6"
WAIT_SECONDS = 60
ACCOUNT = "devstoreaccount1"
KEY = base64.b64encode(b"a key that the tests choose, of 64 bytes, for an emulator only..").decode()


@dataclass(frozen=True)
class StoreServer:
    """A server that answers: the address of an empty store, and the variables that lead to it."""

    address: str
    variables: Mapping[str, str]


@contextmanager
def azurite() -> Iterator[StoreServer]:
    """Start Azurite with an empty container."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm")
    commands = node_environment("azurite", npm, AZURITE)
    port = _free_port()
    command = [str(commands / "azurite-blob"), "--inMemoryPersistence"]
    where = ["--blobPort", str(port), "--blobHost", "127.0.0.1", "--silent", "--skipApiVersionCheck"]
    server = f"http://127.0.0.1:{port}/{ACCOUNT}"
    variables = {
        "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
        "AZURE_STORAGE_ACCOUNT_KEY": KEY,
        "AZURE_STORAGE_ENDPOINT": server,
        "AZURE_ALLOW_HTTP": "true",
    }
    with _running([*command, *where], port, {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}):
        _make_container(server, port, "homes")
        yield StoreServer("az://homes/one", variables)


@contextmanager
def moto() -> Iterator[StoreServer]:
    """Start moto's server with an empty bucket."""
    python = python_environment("moto", MOTO)
    port = _free_port()
    server = f"http://127.0.0.1:{port}"
    variables = {
        "AWS_ACCESS_KEY_ID": "a-key-of-the-tests",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
        "AWS_ALLOW_HTTP": "true",
    }
    with _running([str(python.with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)], port, {}):
        _send(urllib.request.Request(f"{server}/homes", method="PUT"))
        yield StoreServer("s3://homes/one", variables)


@contextmanager
def _running(command: list[str], port: int, variables: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + WAIT_SECONDS
        while not _answers(port):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < until, f"{command[0]} does not answer"
            time.sleep(0.2)
        yield
    finally:
        # Azurite waits for its clients' open connections after a request to end; nothing of it is kept.
        process.kill()
        process.wait(WAIT_SECONDS)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _make_container(server: str, port: int, name: str) -> None:
    """Make a container by a signed request (authorization by the account's key)."""
    now = dt.datetime.now(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    version = "2021-12-02"
    # Azurite's path has the account twice in what is signed: once of the address, once of the resource.
    resource = f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    signed = f"PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{now}\nx-ms-version:{version}\n{resource}"
    digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": now,
        "x-ms-version": version,
        "Content-Length": "0",
        "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
    }
    address = f"{server}/{name}?restype=container"
    _send(urllib.request.Request(address, method="PUT", headers=headers))


def _send(request: urllib.request.Request) -> None:
    with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
        assert answer.status in (200, 201)
