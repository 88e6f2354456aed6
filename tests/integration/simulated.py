"""Nights as cron starts them: `smallcap night` at 02:30 in New York, and a look at eight."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.integration.homes import Answer
from tests.integration.set_clock import SetClock
from tests.standin.hook import Hook

NEW_YORK = ZoneInfo("America/New_York")
BEGINS, LOOK = dt.time(2, 30), dt.time(8)
Smallcap = Callable[..., Answer]
Trouble = Callable[[], object]
"""Opens a context in which something is wrong."""


@dataclass(frozen=True)
class Incident:
    """Something that is wrong from one night to another.

    Attributes
    ----------
    first, last
        The first and the last night, counted from zero.
    trouble
        Opens it for a night and the morning after.
    subject
        What the messages are about.
    night, morning
        Exit codes of the night, and of the look at eight.
    """

    first: int
    last: int
    trouble: Trouble
    subject: str
    night: int
    morning: int


@dataclass(frozen=True)
class Lived:
    """What was seen of a night: its code, the morning's code and state, and titles of messages by then."""

    day: dt.date
    night: Answer
    morning: int
    state: str
    told: list[str]


def utc(day: dt.date, time: dt.time) -> dt.datetime:
    """Return a time of New York's clock in UTC, without a zone."""
    return dt.datetime.combine(day, time, NEW_YORK).astimezone(dt.UTC).replace(tzinfo=None)


def live_through(
    smallcap: Smallcap,
    home: Path,
    hook: Hook,
    clock: SetClock,
    days: Sequence[dt.date],
    incidents: Sequence[Incident],
    before: Callable[[dt.date], None] = lambda _: None,
    window: int = 180,
) -> Iterator[Lived]:
    """Run each night and look each morning: `health`, and `alert`, which must find nothing more to say.

    Parameters
    ----------
    smallcap, home, hook, clock
        The command in this process, its home, who is told, and the time.
    days
        The day of each night.
    incidents
        What goes wrong on which nights.
    before
        Called before each night, to move the vendor's clock on.
    window
        Minutes of a night in which a source that stumbles is asked again.
    """
    for number, day in enumerate(days):
        trouble = next((one.trouble for one in incidents if one.first <= number <= one.last), nullcontext)
        hook.messages.clear()
        before(day)
        with trouble():  # type: ignore[attr-defined]
            clock.now = utc(day, BEGINS)
            night = smallcap("night", "--window", window, "--home", home)
            clock.now = max(clock.now, utc(day, LOOK))
            looked = smallcap("health", "--format", "json", "--home", home)
            smallcap("alert", "--home", home)
        told = [str(message["title"]) for message in hook.messages]
        yield Lived(day, night, looked.code, json.loads(looked.out)["state"], told)


def expected(number: int, incidents: Sequence[Incident]) -> tuple[int, int, list[str]]:
    """Say what a night, its morning and its messages must be."""
    now = next((one for one in incidents if one.first <= number <= one.last), None)
    over = [f"smallcap, {one.subject}: over" for one in incidents if one.last == number - 1]
    begun = [f"smallcap, {one.subject}: needs a person" for one in incidents if one.first == number]
    return (now.night if now else 0), (now.morning if now else 0), [*over, *begun]


def assert_told_once(lived: Sequence[Lived], incidents: Sequence[Incident]) -> None:
    """Insist that each night, morning and message is what the incidents alone explain."""
    states: Mapping[int, str] = {0: "healthy", 6: "degraded", 7: "failing"}
    for number, night in enumerate(lived):
        code, morning, told = expected(number, incidents)
        seen = (night.night.code, night.morning, night.told)
        assert seen == (code, morning, told), (number, night)
        assert night.state == states[morning]
        assert "Traceback" not in night.night.err
    messages = [title for night in lived for title in night.told]
    assert len(messages) == 2 * len(incidents)


@contextmanager
def too_full(free_bytes: int) -> Iterator[None]:
    """Let the disk of the home have so little space left."""
    from unittest.mock import patch

    with patch("smallcap.health.facts._free_bytes", lambda _: free_bytes):
        yield
