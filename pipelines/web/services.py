"""The processes of Dagster's UI, in one group: the guarded web server, the code server and the daemon.

`smallcap ui` starts it, passes it the socket that it listens on, and keeps its standard input open. When that
is closed, whether the command ends well or is killed, everything ends: a service left over would hold the
port, or go on starting runs.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import dagster as dg
import uvicorn
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from smallcap.hosts import Authority, is_wildcard, parse_hosts, url_of
from smallcap.package_files import PACKAGE
from smallcap.pipelines.instance import open_instance
from smallcap.pipelines.web.guard import App, Guard
from smallcap.settings import Settings, load_settings

MODULE = "smallcap.pipelines.definitions"
LOG_LEVEL = "warning"
POLL_MILLISECONDS = 2000
STATEMENT_MILLISECONDS, RECYCLE_SECONDS, MOST_CONNECTIONS = 15_000, 3600, 20
"""How pages poll, and how long database connections are kept: as `dagster dev` and `dagster-webserver` do."""
LEAVING_SECONDS = 3


def main() -> None:
    """Serve until standard input is closed, a signal comes, or the daemon ends.

    Then end every process of the group.
    """
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_end_with_the_command, daemon=True).start()
        listening = socket.socket(fileno=int(sys.argv[1]))
        settings = load_settings()
        with open_instance(settings) as instance, _workspace(instance) as workspace, _daemon(workspace):
            serve_pages(instance, workspace, listening, settings)
    except KeyboardInterrupt:
        pass
    finally:
        # Runs that the code server started are in the group too: they stop at their next safe point.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


def serve_pages(
    instance: dg.DagsterInstance, workspace: Path, listening: socket.socket, settings: Settings
) -> None:
    """Serve the guarded pages until a signal comes.

    Parameters
    ----------
    instance
        The home's Dagster instance.
    workspace
        The file that says where the code server listens.
    listening
        The socket that requests come to.
    settings
        The settings, which name the hosts and the token.
    """
    instance.optimize_for_webserver(STATEMENT_MILLISECONDS, RECYCLE_SECONDS, MOST_CONNECTIONS)
    target = WorkspaceFileTarget([str(workspace)])
    with WorkspaceProcessContext(
        instance, target, version=__version__, code_server_log_level=LOG_LEVEL
    ) as context:
        address = Authority(*listening.getsockname()[:2])
        app = guarded(
            create_app_from_workspace_process_context(context, "", POLL_MILLISECONDS), address, settings
        )
        config = uvicorn.Config(
            app, log_level=LOG_LEVEL, proxy_headers=False, timeout_graceful_shutdown=LEAVING_SECONDS
        )
        print(announcement(address, settings), file=sys.stderr, flush=True)
        uvicorn.Server(config).run(sockets=[listening])


def guarded(app: App, address: Authority, settings: Settings) -> Guard:
    """Put the guard that the settings ask for in front of an application that listens at an address."""
    token = settings.ui_token.get_secret_value() if settings.ui_token else None
    return Guard(app, address, parse_hosts(settings.allowed_hosts), token)


def announcement(address: Authority, settings: Settings) -> str:
    """Say where the UI is opened, and what is missing where it listens at every address."""
    message = f"Dagster's UI is at {url_of(address)}; Ctrl-C ends it"
    if is_wildcard(address.host) and not parse_hosts(settings.allowed_hosts):
        message += (
            f"\nIt listens at every address ({address.host}) but is opened from this machine only: name the "
            "host or address that other machines use in SMALLCAP_ALLOWED_HOSTS"
        )
    return message


@contextmanager
def _workspace(instance: dg.DagsterInstance) -> Iterator[Path]:
    """Start the code server, and say in a file where it listens: the web server and the daemon share it."""
    target = ModuleTarget(MODULE, None, str(PACKAGE.parent), None)
    with ProxyServerManager(instance, target, LOG_LEVEL) as servers, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workspace.yaml"
        # JSON is YAML.
        path.write_text(json.dumps({"load_from": servers.get_code_server_specs()}), encoding="utf-8")
        yield path


@contextmanager
def _daemon(workspace: Path) -> Iterator[None]:
    """Run the daemon, which starts runs and follows the schedule; the UI does not go on without it."""
    arguments = ["run", "--workspace", str(workspace), "--log-level", LOG_LEVEL]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dagster._daemon", *arguments], stdin=subprocess.DEVNULL
    )
    is_ending = threading.Event()

    def watch() -> None:
        """Stop this process when the daemon ends before it is told to."""
        code = process.wait()
        if not is_ending.is_set():
            print(f"Dagster's daemon ended by itself (exit code {code})", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        is_ending.set()
        process.terminate()
        try:
            process.wait(LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            # A daemon that is still loading notes the signal for later.
            process.kill()


def _end_with_the_command() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
