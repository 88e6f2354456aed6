"""A PostgreSQL server of the tests' own: the system's programs, on a free port of 127.0.0.1, without root."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SYSTEM_USER = "postgres"
"""Who the server runs as where the tests run as root, which it refuses; Debian's package makes this user."""
OWNER = "dagster"
LONGEST_WAIT_SECONDS = 60


@dataclass
class PostgresServer:
    """A server that answers.

    Attributes
    ----------
    port, password
        Where it listens, and the password of its owner.
    folder
        Of its programs.
    """

    port: int
    password: str
    folder: Path

    @property
    def url(self) -> str:
        """The address of its database, with the password."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/postgres"

    def ask(self, query: str) -> list[str]:
        """Put a question; return the rows as text."""
        bare = ["--no-psqlrc", "--tuples-only", "--no-align", "--command", query]
        command = [self.folder / "psql", *bare, self.url]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server with an empty database, and end it; skip the test where the programs are missing."""
    programs = _programs()
    user = _user()
    # Not the test's own folder: the other user may not look into it.
    folder = Path(tempfile.mkdtemp(prefix="smallcap-postgres-"))
    process = None
    try:
        server = PostgresServer(_free_port(), secrets.token_hex(16), programs)
        password = folder / "password"
        password.write_text(server.password)
        if user is not None:
            for path in (folder, password):
                shutil.chown(path, user, user)
        data = folder / "data"
        made = ["--username", OWNER, "--auth", "scram-sha-256", "--pwfile", password, "--no-sync"]
        command = [programs / "initdb", "--pgdata", data, *made]
        subprocess.run(command, check=True, user=user, **_quietly(folder))
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", data, "-p", str(server.port), *options]
        process = subprocess.Popen(command, user=user, **_quietly(folder))
        _wait_for(server)
        yield server
    finally:
        if process is not None:
            process.terminate()
            process.wait(LONGEST_WAIT_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    # Debian keeps those of the server out of the path.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    folders += [Path(found).parent] if found else []
    for folder in folders:
        if all((folder / name).is_file() for name in ("initdb", "postgres", "psql")):
            return folder
    pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_name
    except KeyError:
        pytest.skip(f"root may not run PostgreSQL, and there is no user {SYSTEM_USER}")


def _quietly(folder: Path) -> dict[str, object]:
    return {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: PostgresServer) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            server.ask("SELECT 1")
        except subprocess.CalledProcessError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("PostgreSQL does not answer")
