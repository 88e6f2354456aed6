"""Keeps processes running: each that ends is started again, after a wait that doubles meanwhile."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""A process that ran so long begins anew with the shortest wait when it ends."""
MOST_ENDS: Final = 8
"""After so many ends in a row, each of a process that was not steady, a person has to look."""


class Running(Protocol):
    """What is asked of a process."""

    def poll(self) -> int | None:
        """Return the exit code of a process that has ended, None for one that runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


class GaveUpError(Exception):
    """A process ended again and again."""


@dataclass
class _Part:
    """One process: its command, and what it did so far."""

    command: Sequence[str]
    process: Running | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    ends: int = 0


class Supervisor:
    """Starts processes, and starts those again that end.

    Parameters
    ----------
    commands
        The command of each process, by its name; they are started in this order and ended in the reverse one.
    tell
        Called with a sentence for each start after an end.
    start
        Starts the command of a name.
    now
        The clock, in seconds.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        tell: Callable[[str], None],
        start: Callable[[str, Sequence[str]], Running],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = {name: _Part(command) for name, command in commands.items()}
        self._tell, self._start, self._now = tell, start, now

    def look(self, names: Sequence[str] | None = None) -> None:
        """Start what is due, and note what has ended; of these processes alone, if they are named.

        Raises
        ------
        GaveUpError
            When a process has ended too often, naming it.
        """
        for name in names or self._parts:
            part = self._parts[name]
            code = None if part.process is None else part.process.poll()
            if part.process is not None and code is not None:
                self._note_end(name, part, code)
            if part.process is None and self._now() >= part.due_at:
                part.process, part.started_at = self._start(name, part.command), self._now()

    def end(self, seconds: float) -> None:
        """End all of them, the last first; those that take longer than these seconds each are killed."""
        for part in reversed(self._parts.values()):
            if part.process is None or part.process.poll() is not None:
                continue
            part.process.terminate()
            try:
                part.process.wait(seconds)
            except subprocess.TimeoutExpired:
                part.process.kill()

    def _note_end(self, name: str, part: _Part, code: int) -> None:
        is_steady = self._now() - part.started_at >= STEADY_SECONDS
        part.ends = 1 if is_steady else part.ends + 1
        if part.ends > MOST_ENDS:
            raise GaveUpError(
                f"{name} ended {part.ends} times in a row ({_end_in_words(code)}); what it said is above"
            )
        wait = min(FIRST_WAIT_SECONDS * 2 ** (part.ends - 1), LONGEST_WAIT_SECONDS)
        part.process, part.due_at = None, self._now() + wait
        self._tell(f"{name} ended by itself ({_end_in_words(code)}); it is started again in {wait:.0f} s")


def _end_in_words(code: int) -> str:
    if code < 0:
        with suppress(ValueError):
            return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"
