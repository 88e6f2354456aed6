"""Serves a home: takes the port, starts services in a group of their own, and ends with them.

Dagster is not loaded here.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO

from smallcap.characters import visible
from smallcap.errors import InputError, SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.lake import Home
from smallcap.pipelines.signals import ending_in
from smallcap.redaction import Redactor
from smallcap.secret_checks import SHORTEST_TOKEN
from smallcap.setting_checks import is_loopback
from smallcap.settings import Settings

LOOK_EVERY_SECONDS = 0.1
ENDING_SECONDS = 12.0
"""How long the services may take to end, and then the runs that they started, before they are killed."""
LAST_LINES_SECONDS = 1.0
"""How long to wait for the last lines of services that ended by themselves: others may hold the pipe open."""
GRACE_SECONDS = 2 * ENDING_SECONDS + 5


def serve_group(
    settings: Settings, port: int, module: str, variables: Mapping[str, str], command: str
) -> None:
    """Take the port, and run a module that serves on it in a group of its own, until a signal comes.

    Parameters
    ----------
    settings, port
        As in `serve_ui`.
    module
        The module; it is given the number of the socket.
    variables
        Environment variables that it is given in addition.
    command
        The command that starts it, for the message that it ended.

    Raises
    ------
    InputError
        As in `serve_ui`, or when the module ends with the exit code of one.
    SmallcapError
        When it ends by itself.
    """
    _require_token(settings)
    Home(settings).prepare()
    own = {"DAGSTER_HOME": str(settings.dagster_dir), "SMALLCAP_HOME": str(settings.home), **variables}
    with (
        ending_in(GRACE_SECONDS),
        _listening(settings.bind, port) as listening,
        _services(listening, module, {**os.environ, **own}) as services,
    ):
        # Looked at again and again: a wait without an end may not be interrupted by a signal.
        while services.poll() is None:
            time.sleep(LOOK_EVERY_SECONDS)
    kind = InputError if services.returncode == ExitCode.INPUT else SmallcapError
    raise kind(
        f"Dagster's services ended by themselves (exit code {services.returncode}); what they said is above. "
        f"{command} starts them again"
    )


def _require_token(settings: Settings) -> None:
    if settings.ui_token is None and not is_loopback(settings.bind):
        raise InputError(
            f"bind (SMALLCAP_BIND) is {settings.bind}, which other machines can reach: set "
            f"SMALLCAP_UI_TOKEN to a secret of at least {SHORTEST_TOKEN} characters (openssl rand -hex 32), "
            "or leave SMALLCAP_BIND out and use an SSH tunnel"
        )


@contextmanager
def _listening(address: str, port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((address, port))
            listening.listen()
        except OSError as error:
            raise InputError(
                f"port {port} of {address} cannot be used ({error.strerror}); end what uses it, or "
                f"choose another with --port"
            ) from None
        yield listening


@contextmanager
def _services(
    listening: socket.socket, module: str, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the services in a group that Ctrl-C in the terminal does not reach: they are ended in order."""
    number = listening.fileno()
    services = subprocess.Popen(
        [sys.executable, "-P", "-m", module, str(number)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[number],
        start_new_session=True,
    )
    listening.close()
    assert services.stdin is not None
    assert services.stdout is not None
    is_ending = threading.Event()
    passing = threading.Thread(target=_pass_on, args=(services.stdout, is_ending), daemon=True)
    passing.start()
    try:
        yield services
    finally:
        if services.poll() is not None:
            passing.join(LAST_LINES_SECONDS)
        is_ending.set()
        services.stdin.close()
        _end_group(services)


def _pass_on(said: IO[bytes], is_ending: threading.Event) -> None:
    """Show what the services print, without control characters and keys, until they are ended.

    One that is interrupted while it loads prints a traceback.
    """
    for line in said:
        if not is_ending.is_set():
            sys.stderr.write(visible(Redactor().text(line.decode(errors="replace"))))
            sys.stderr.flush()


def _end_group(services: subprocess.Popen[bytes]) -> None:
    """Wait for the services to end in order, then end the rest of the group, such as a run they started."""
    with suppress(subprocess.TimeoutExpired):
        services.wait(ENDING_SECONDS)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(services.pid, number)
        if _is_group_empty_in_time(services):
            return


def _is_group_empty_in_time(services: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + ENDING_SECONDS
    while time.monotonic() < deadline:
        services.poll()
        try:
            os.killpg(services.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(LOOK_EVERY_SECONDS)
    return False
