"""What the events of a failed run of Dagster say: the exit code of its error, and the innermost message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode


def explained_failure(failures: Sequence[dg.EventLogEntry]) -> tuple[ExitCode, str]:
    """Return exit code and message of the first failure that has an error; DONE where there is no failure.

    Dagster keeps of an error its class by name, and its message. The code is that of the command's error of
    this name, so that a run of the schedule counts as one of the command; that of a failed check is REFUSED.
    """
    if not failures:
        return ExitCode.DONE, ""
    codes = dict(_codes(SmallcapError))
    for entry in failures:
        data = entry.dagster_event.event_specific_data if entry.dagster_event else None
        error, code = getattr(data, "error", None), None
        message = ""
        while error is not None:
            message = str(error.message).strip()
            code = codes.get(error.cls_name or "", code)
            error = error.cause
        if message:
            return code or ExitCode.FAULT, message
    return ExitCode.FAULT, ""


def _codes(kind: type[SmallcapError]) -> Iterator[tuple[str, ExitCode]]:
    yield kind.__name__, kind.exit_code
    for child in kind.__subclasses__():
        yield from _codes(child)
    if kind is SmallcapError:
        yield "DagsterAssetCheckFailedError", ExitCode.REFUSED
