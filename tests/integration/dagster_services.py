"""Dagster's webserver and daemon for one home, as `smallcap ui` starts them, and what a user's click asks of
them.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from smallcap.pipelines.instance import open_instance
from smallcap.settings import load_settings
from tests.command_line import environment
from tests.paths import PROJECT_ROOT

MODULE = "smallcap.pipelines.definitions"
# The daemon looks for backfills every 30 seconds; a test does not wait so long, and nothing else about it is
# changed.
DAEMON = """
import sys
from dagster._daemon import controller
from dagster._daemon.cli import main
controller.DEFAULT_DAEMON_INTERVAL_SECONDS = 1
sys.argv = ["dagster-daemon", "run", "--module-name", sys.argv[1]]
main()
"""
LAUNCH = """
mutation ($asked: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $asked) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}
"""
STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    __typename ... on PartitionBackfill { status } ... on PythonError { message }
  }
}
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }"
LONGEST_WAIT_SECONDS = 900
LOOK_EVERY_SECONDS = 0.5


@dataclass
class Services:
    """A webserver that answers, with a daemon beside it."""

    port: int

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Put a GraphQL question, as the UI does."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        return answer["data"]

    def backfill(self, asked: dict[str, object]) -> str:
        """Launch a backfill and wait until it has ended; return its last status."""
        launched = self.ask(LAUNCH, asked=asked)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < deadline:
            found = self.ask(STATUS, id=launched["backfillId"])["partitionBackfillOrError"]
            if found.get("status", "").startswith(("COMPLETED", "CANCELED", "FAILED")):
                return found["status"]
            time.sleep(LOOK_EVERY_SECONDS)
        raise AssertionError(f"the backfill did not end: {self.ask(RUNS)}")

    def everything_of(self, years: Sequence[int]) -> dict[str, object]:
        """Ask for every asset, for these years: all assets selected in the lineage, then Materialize."""
        nodes = self.ask("{ assetNodes { assetKey { path } } }")["assetNodes"]
        return {
            "assetSelection": [{"path": node["assetKey"]["path"]} for node in nodes],
            "partitionNames": [str(year) for year in years],
        }


@contextmanager
def dagster_services(home: Path, **settings: object) -> Iterator[Services]:
    """Start webserver and daemon on a home, and end them with all that they started."""
    chosen = load_settings(home=home, **settings)
    with open_instance(chosen):
        variables = environment(home=chosen.home, **settings) | {"DAGSTER_HOME": str(chosen.dagster_dir)}
    port = _free_port()
    webserver = [
        str(Path(sys.executable).with_name("dagster-webserver")),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--module-name",
        MODULE,
    ]
    log = (home / "services.log").open("w")
    started = [
        subprocess.Popen(program, env=variables, cwd=PROJECT_ROOT, stdout=log, stderr=log)
        for program in (webserver, [sys.executable, "-c", DAEMON, MODULE])
    ]
    try:
        services = Services(port)
        _wait_for_answer(services, started[0], home / "services.log")
        yield services
    finally:
        _end(started)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_answer(services: Services, webserver: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline and webserver.poll() is None:
        try:
            services.ask("{ version }")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            return
    raise AssertionError(f"the webserver does not answer: {log.read_text()}")


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    """End the services in good order, then whatever of their own children is left."""
    children = [
        child
        for process in started
        if process.poll() is None
        for child in psutil.Process(process.pid).children(recursive=True)
    ]
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for child in psutil.wait_procs(children, timeout=10)[1]:
        child.kill()
