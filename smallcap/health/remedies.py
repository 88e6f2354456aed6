"""What to do about a run that failed, by its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smallcap.exit_codes import ExitCode

REMEDIES: Final[Mapping[ExitCode, str]] = {
    ExitCode.FAULT: "report the message, with the file that it names",
    ExitCode.INPUT: "correct what the message names, then: smallcap night",
    ExitCode.BUSY: "wait for the process that the message names, or stop it, then: smallcap night",
    ExitCode.REFUSED: (
        "look at what the message names; where a delivery is right all the same: smallcap accept"
    ),
    ExitCode.UNPUBLISHED: "make it: smallcap run",
    ExitCode.DEGRADED: "look at what the message names: it was published from less than was asked for",
    ExitCode.LATER: "nothing if the next night ends well; else ask the source: smallcap doctor --online",
    ExitCode.INTERRUPTED: "run it again: smallcap night",
    ExitCode.TERMINATED: "run it again: smallcap night",
}


def remedy_of(exit_code: int) -> str:
    """Return what to do about a run that ended with a code, and where to read more."""
    page = f"docs/exit-codes.md, section {exit_code}"
    found = REMEDIES.get(ExitCode(exit_code)) if exit_code in set(ExitCode) else None
    return page if found is None else f"{found} ({page})"
