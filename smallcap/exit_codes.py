"""The exit codes of the command, defined once: whose turn it is after the command has ended.

docs/exit-codes.md has a section for each; a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAULT = 1
    INPUT = 2
    BUSY = 3
    REFUSED = 4
    UNPUBLISHED = 5
    DEGRADED = 6
    FAILING = 7
    LATER = 8
    DIFFERENT = 9
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS: Final[Mapping[ExitCode, str]] = {
    ExitCode.DONE: "done",
    ExitCode.FAULT: "a fault of smallcap",
    ExitCode.INPUT: "wrong input, setting or argument",
    ExitCode.BUSY: "the home is busy",
    ExitCode.REFUSED: "a check refused the result",
    ExitCode.UNPUBLISHED: "nothing can be served",
    ExitCode.DEGRADED: "degraded",
    ExitCode.FAILING: "failing",
    ExitCode.LATER: "try again later",
    ExitCode.DIFFERENT: "diff found a difference",
    ExitCode.INTERRUPTED: "stopped by Ctrl-C",
    ExitCode.TERMINATED: "stopped by SIGTERM",
}
"""Each code in a few words: those of the help, and the headings of the documentation."""


def in_words(codes: Iterable[ExitCode]) -> str:
    """List codes with their meanings, for a help text."""
    return "Exit codes: " + "; ".join(f"{code.value} {MEANINGS[code]}" for code in codes) + "."
