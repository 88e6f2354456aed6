"""The processes of `smallcap serve`, in one group: code server, Dagster's daemon, guarded web server.

`smallcap serve` starts this one, passes it the socket that the web server listens on, and keeps its standard
input open. Each process that ends by itself is started again. When standard input is closed, whether the
command ends well or is killed, or a signal comes, everything ends.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from dagster._grpc.client import DagsterGrpcClient

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.package_files import PACKAGE
from smallcap.pipelines.instance import open_instance
from smallcap.pipelines.web.services import LEAVING_SECONDS, LOG_LEVEL, MODULE
from smallcap.pipelines.web.supervision import GaveUpError, Supervisor
from smallcap.settings import load_settings

CODE, DAEMON, WEB = "the code server", "the daemon", "the web server"
STDIN: Final = 0
LOOK_EVERY_SECONDS: Final = 0.2
LOADING_SECONDS: Final = 120.0
"""How long the others wait for the code server; then they are started all the same, and load it later."""


def main() -> None:
    """Keep the processes running until standard input is closed or a signal comes; then end the group."""
    code = ExitCode.DONE
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_end_with_the_command, daemon=True).start()
        with tempfile.TemporaryDirectory(prefix="smallcap-") as folder:
            _serve(Path(folder), sys.argv[1])
    except KeyboardInterrupt:
        pass
    except SmallcapError as error:
        code = error.exit_code
        _tell(str(error))
    except GaveUpError as error:
        code = ExitCode.FAULT
        _tell(str(error))
    finally:
        # Runs that the code server started are in the group too: they stop at their next safe point.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    sys.exit(code)


def _serve(folder: Path, listening: str) -> None:
    """Start everything, and look after it."""
    # What Dagster refuses of the home is said once, and not by each process in turn.
    with open_instance(load_settings()):
        pass
    socket, workspace = folder / "code.socket", folder / "workspace.yaml"
    server = {"location_name": MODULE, "socket": str(socket)}
    # JSON is YAML.
    workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    supervisor = Supervisor(commands(socket, workspace, listening), _tell, _starter(int(listening)))
    try:
        _wait_for_code(supervisor, DagsterGrpcClient(socket=str(socket)))
        while True:
            supervisor.look()
            time.sleep(LOOK_EVERY_SECONDS)
    finally:
        supervisor.end(LEAVING_SECONDS)


def commands(socket: Path, workspace: Path, listening: str) -> Mapping[str, Sequence[str]]:
    """Return the command of each process: Dagster's own for the code server and the daemon.

    Parameters
    ----------
    socket
        Where the code server is reached; only this user can open its folder.
    workspace
        The file that says so to the others.
    listening
        The number of the socket that the web server listens on.
    """
    python = [sys.executable, "-P", "-m"]
    where = ["--module-name", MODULE, "--working-directory", str(PACKAGE.parent), "--location-name", MODULE]
    code = ["code-server", "start", *where, "--socket", str(socket), "--use-python-environment-entry-point"]
    return {
        CODE: [*python, "dagster", *code, "--log-level", LOG_LEVEL],
        DAEMON: [*python, "dagster._daemon", "run", "--workspace", str(workspace), "--log-level", LOG_LEVEL],
        WEB: [*python, "smallcap.pipelines.web.server", listening, str(workspace)],
    }


def _wait_for_code(supervisor: Supervisor, client: DagsterGrpcClient) -> None:
    """Start the code server, and wait until it answers: the others load the location when they begin."""
    deadline = time.monotonic() + LOADING_SECONDS
    while time.monotonic() < deadline:
        supervisor.look([CODE])
        try:
            client.ping("")
        except Exception:  # Dagster raises errors of several classes while nobody answers.
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            return
    _tell(f"{CODE} has not answered for {LOADING_SECONDS:.0f} s; the others are started all the same")


def _starter(listening: int) -> Callable[[str, Sequence[str]], subprocess.Popen[bytes]]:
    """Return what starts a command in this group; the web server alone is given the socket."""

    def start(name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start one."""
        passed = [listening] if name == WEB else []
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=passed)

    return start


def _tell(sentence: str) -> None:
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    print(f"{moment} {sentence}", file=sys.stderr, flush=True)


def _end_with_the_command() -> None:
    # Not by sys.stdin: a thread that waits in its buffer aborts an interpreter that ends.
    while os.read(STDIN, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
