"""Writes a line to a home's log for a command, or a run of Dagster, however it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.health.runlines import RunLine, add_line, size_of
from smallcap.pipelines.shortage import explained_shortage
from smallcap.pipelines.signals import Stopped
from smallcap.redaction import Redactor, command_line
from smallcap.settings import Settings
from smallcap.utc import utc_now


@contextmanager
def logged(settings: Settings) -> Iterator[None]:
    """Write how the work within ends: exit code, message, seconds, and the size of the home.

    A home that does not exist gets no log: nothing was made in it.
    """
    begun = time.monotonic()
    code, message = ExitCode.DONE, ""
    try:
        yield
    except BaseException as error:
        code, message = _outcome(error)
        raise
    finally:
        log_end(settings, command_line(sys.argv[1:]), code, message, time.monotonic() - begun)


@contextmanager
def failure_logged(settings: Settings, command: str) -> Iterator[None]:
    """Write how the work within fails: a run of Dagster that ends before its first step.

    Parameters
    ----------
    settings
        The settings of the home.
    command
        Who asked for the run.
    """
    begun = time.monotonic()
    try:
        yield
    except BaseException as error:
        log_end(settings, command, *_outcome(error), time.monotonic() - begun)
        raise


def _outcome(error: BaseException) -> tuple[ExitCode, str]:
    """Return the exit code of an error, and its message."""
    if isinstance(error, SmallcapError):
        return error.exit_code, str(error)
    if isinstance(error, Stopped):
        return ExitCode(error.exit_code), str(error)
    shortage = explained_shortage(error)
    if shortage is not None:
        return shortage.exit_code, str(shortage)
    return ExitCode.FAULT, f"{type(error).__name__}: {error}"


def log_end(settings: Settings, command: str, code: ExitCode, message: str, seconds: float) -> None:
    """Write how something ended, without keys; a home that does not exist gets no log."""
    if not settings.home.is_dir():
        return
    line = RunLine(
        at=utc_now().isoformat(timespec="seconds"),
        command=command,
        preset=settings.preset,
        exit_code=int(code),
        message=Redactor().text(message),
        seconds=round(seconds, 3),
        home_bytes=size_of(settings.home),
    )
    add_line(settings.home, line)
