"""A process beside a run that explains an end which the run cannot explain: killed, or out of memory.

Where memory is refused, a library may end the process at once, and the system may kill it without a word.
The witness is forked before anything is loaded, waits on a pipe, and needs next to nothing.
"""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

WATCHED: Final = ("run", "backfill", "night", "fetch")
"""Commands that work for long and write."""
SENTENCE: Final = (
    "error: the process was ended from outside, or by the system for lack of memory: one date takes about "
    "1 GB, twenty years 2 GB. What was published before is still served, and the next run undoes what this "
    "one left\n"
)
CLEAR_LINE_AND_SHOW_CURSOR: Final = b"\r\x1b[2K\x1b[?25h"
_STDIN, _STDOUT, _STDERR = 0, 1, 2
_IGNORED: Final[tuple[signal.Signals, ...]] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that a terminal or a service manager sends to all processes of a group."""
_pipe: list[int] = []


def watch(arguments: Sequence[str]) -> None:
    """Begin to watch this process, if it works for long.

    Parameters
    ----------
    arguments
        The command's name and its arguments.
    """
    if not set(WATCHED).intersection(arguments[1:2]) or not hasattr(os, "fork"):
        return
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(writing)
        _witness(reading)
    os.close(reading)
    _pipe.append(writing)
    atexit.register(take_leave)


def take_leave() -> None:
    """Tell the witness that this process ends as it should, and has said why."""
    while _pipe:
        with suppress(OSError):
            os.write(_pipe.pop(), b".")


def _witness(reading: int) -> None:
    """Wait for the end of the other process, explain it where it did not take leave, and end."""
    try:
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        # Whoever reads what the run prints must not wait for this process.
        for opened in (_STDIN, _STDOUT):
            with suppress(OSError):
                os.close(opened)
        if not os.read(reading, 1):
            begin = CLEAR_LINE_AND_SHOW_CURSOR if os.isatty(_STDERR) else b""
            os.write(_STDERR, begin + SENTENCE.encode())
    finally:
        os._exit(0)
