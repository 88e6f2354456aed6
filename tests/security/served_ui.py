"""`smallcap ui` or `smallcap serve` as a user starts it, and requests and WebSockets as an attacker's page, a
program or the UI itself sends them.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tests.command_line import COMMAND, environment
from tests.paths import PROJECT_ROOT

T = TypeVar("T")
LONGEST_WAIT_SECONDS = 300
LOOK_EVERY_SECONDS = 0.2
JSON = {"Content-Type": "application/json"}
LAUNCH = """
mutation ($asked: ExecutionParams!) {
  launchRun(executionParams: $asked) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
# A table that is made from a file of the repository: the cheapest run there is.
CHEAPEST = {
    "selector": {
        "repositoryLocationName": "smallcap.pipelines.definitions",
        "repositoryName": "__repository__",
        "pipelineName": "refresh",
        "assetSelection": [{"path": ["core", "books"]}],
        "assetCheckSelection": [],
    }
}
RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"


@dataclass
class ServedUi:
    """The command, the port that it serves, and where its messages go."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    @property
    def host(self) -> str:
        """The host as a browser names it."""
        return f"127.0.0.1:{self.port}"

    def request(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> tuple[int, str]:
        """Send one request; return the status and the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def ask(
        self, query: str, headers: Mapping[str, str] | None = None, **variables: object
    ) -> dict[str, Any]:
        """Put a GraphQL question as the UI does, and assert that it is answered."""
        body = json.dumps({"query": query, "variables": variables})
        status, answer = self.request("POST", "/graphql", {**JSON, **(headers or {})}, body)
        assert status == 200, answer
        return json.loads(answer)["data"]

    def runs(self) -> dict[str, str]:
        """Return every run's status, by id."""
        return {run["runId"]: run["status"] for run in self.ask(RUNS)["runsOrError"]["results"]}

    def launch(self) -> str:
        """Start a run as a click does; return its id."""
        launched = self.ask(LAUNCH, asked=CHEAPEST)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def wait_for_run(self, run_id: str, *statuses: str) -> str:
        """Wait until a run has one of these states; return it."""
        return wait_for(lambda: status if (status := self.runs()[run_id]) in statuses else None)

    def shake_hands(self, headers: Mapping[str, str]) -> tuple[int, socket.socket]:
        """Begin a WebSocket; return the status of the answer, and the connection."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        lines = {
            "Host": self.host,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Protocol": "graphql-ws",
            **headers,
        }
        request = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection.sendall(f"GET /graphql HTTP/1.1\r\n{request}\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(1)
        return int(answer.split()[1]), connection

    def processes(self) -> list[psutil.Process]:
        """List everything that the command has started and that still lives."""
        return [
            process
            for process in psutil.Process(self.process.pid).children(recursive=True)
            if is_alive(process)
        ]


def start_ui(home: Path, command: str = "ui", **settings: object) -> ServedUi:
    """Start `ui` or `serve` on a free port."""
    log = home.with_name("ui.log")
    with log.open("wb") as messages:
        process = subprocess.Popen(
            [COMMAND, command, "--home", home, "--port", "0"],
            env=environment(sample_companies=60, **settings),
            cwd=PROJECT_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
        )
    return ServedUi(process, log)


@contextmanager
def served_ui(home: Path, command: str = "ui", **settings: object) -> Iterator[ServedUi]:
    """Start the command, wait until it answers, and kill it with all that it started.

    To end in order takes it seconds, and has tests of its own.
    """
    ui = start_ui(home, command, **settings)
    process, started = ui.process, []
    try:
        ui.port = int(wait_for(lambda: _port(ui)))
        wait_for(lambda: _answers(ui))
        started = ui.processes()
        yield ui
    finally:
        if process.poll() is None:
            started = [*started, *ui.processes()]
            process.kill()
            process.wait(LONGEST_WAIT_SECONDS)
        for left in started:
            if is_alive(left):
                left.kill()


def wait_for(look: Callable[[], T | None]) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(LOOK_EVERY_SECONDS)
    raise AssertionError("it did not come to pass")


def is_alive(process: psutil.Process) -> bool:
    """Say whether a process still runs; one that ended but was not waited for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _port(ui: ServedUi) -> str | None:
    assert ui.process.poll() is None, ui.log.read_text()
    told = re.search(r"http://127\.0\.0\.1:(\d+)", ui.log.read_text())
    return told[1] if told else None


def _answers(ui: ServedUi) -> bool:
    assert ui.process.poll() is None, ui.log.read_text()
    try:
        return ui.request("GET", "/server_info", {})[0] in (200, 401)
    except OSError:
        return False
