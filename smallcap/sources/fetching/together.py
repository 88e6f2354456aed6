"""Sends many requests over several connections, and tells how many are done, how fast, and what is left."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Final, TypeVar

Item = TypeVar("Item")

_PROGRESS: Final = logging.getLogger("smallcap.progress")
TOLD_EVERY_SECONDS: Final = 10.0


class Progress:
    """Counts what is done of many like things.

    Parameters
    ----------
    name
        What they are.
    total
        How many.
    clock
        Returns seconds from any start.
    tell
        Shows a line.
    """

    def __init__(
        self,
        name: str,
        total: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = lambda line: _PROGRESS.info("%s", line, extra={"phase": "part"}),
    ) -> None:
        self._name, self._total, self._clock, self._tell = name, total, clock, tell
        self._started = self._told = clock()
        self._done = 0
        self._lock = threading.Lock()

    def advance(self) -> None:
        """Count one more, and tell it where the last line is some time ago."""
        with self._lock:
            self._done += 1
            now = self._clock()
            if now - self._told >= TOLD_EVERY_SECONDS:
                self._told = now
                self._tell(self._line(now))

    def _line(self, now: float) -> str:
        rate = self._done / (now - self._started)
        left = (self._total - self._done) / rate
        return (
            f"{self._name}: {self._done:,} of {self._total:,}, {rate:.1f} a second, "
            f"about {as_duration(left)} left"
        )


def as_duration(seconds: float) -> str:
    """Write a duration in minutes and seconds, or in hours and minutes."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def in_parallel(name: str, items: Sequence[Item], ask: Callable[[Item], object], connections: int) -> None:
    """Call a function for each item, some at the same time.

    After a first failure nothing more is begun; what is under way ends, so that what it received is kept.

    Parameters
    ----------
    name
        What the items are, for the progress.
    items
        The items.
    ask
        Called once for each.
    connections
        How many at the same time.

    Raises
    ------
    BaseException
        The first failure.
    """
    progress = Progress(name, len(items))

    def one(item: Item) -> None:
        """Ask for one item and count it."""
        ask(item)
        progress.advance()

    with ThreadPoolExecutor(connections) as pool:
        tasks = [pool.submit(one, item) for item in items]
        try:
            wait(tasks, return_when=FIRST_EXCEPTION)
        finally:
            pool.shutdown(cancel_futures=True)
    for task in tasks:
        if not task.cancelled():
            task.result()
