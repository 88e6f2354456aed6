"""A clock that a test sets: what smallcap's modules read of the system's time, in this process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from smallcap.pipelines.command.night import retried
from smallcap.sources.fetching import Fetcher

READERS = (
    "smallcap.utc",
    "smallcap.lake.journal",
    "smallcap.engine.unchanged",
    "smallcap.sources.fetching.fetcher",
    "smallcap.sources.payloads",
    "smallcap.sources.open",
)
"""Modules that ask for the time."""


class SetClock:
    """A clock that stands still between two settings; waiting moves it.

    Attributes
    ----------
    now
        The time, UTC, without a zone.
    elapsed
        Seconds that were waited, whatever the clock was set to.
    """

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.elapsed = 0.0

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.elapsed += seconds
        self.now += dt.timedelta(seconds=seconds)


class _AnyDatetime(type):
    """Of which every datetime is one, so that checks of types hold in the modules that read the clock."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, dt.datetime)


@contextmanager
def set_clock(now: dt.datetime) -> Iterator[SetClock]:
    """Let all of smallcap that runs in this process read a clock that the test sets."""
    clock = SetClock(now)

    class Datetime(dt.datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return clock.now if tz is None else clock.now.replace(tzinfo=dt.UTC).astimezone(tz)

    names = SimpleNamespace(**{**vars(dt), "datetime": Datetime})
    waits = {"elapsed": lambda: clock.elapsed, "sleep": clock.sleep}
    defaults = [
        patch.dict(retried.__kwdefaults__, waits),
        patch.dict(Fetcher.__init__.__kwdefaults__, {"sleep": clock.sleep}),
    ]
    patches = [patch(f"{module}.dt", names) for module in READERS]
    for one in (*patches, *defaults):
        one.start()
    try:
        yield clock
    finally:
        for one in (*patches, *defaults):
            one.stop()
