"""Nights under clocks that go back, ahead or elsewhere, and after 200 days: what is asked, refused and told.

Runs that would take long are replaced by noting what they are asked for.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.health.runlines import RunLine, add_line
from smallcap.pipelines import night_years
from smallcap.pipelines.command import making
from tests.integration.homes import Answer
from tests.integration.set_clock import SetClock, set_clock
from tests.standin.hook import Hook, open_hook

pytest.importorskip("apprise", reason="the extra alerts is not installed")

Smallcap = Callable[..., Answer]
DAY = dt.timedelta(days=1)
TONIGHT = dt.datetime(2027, 1, 20, 7, 30)
"""Later than the records of the homes that tests make."""


@pytest.fixture
def clock() -> Iterator[SetClock]:
    with set_clock(TONIGHT) as clock:
        yield clock


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with open_hook() as opened:
        monkeypatch.setenv("SMALLCAP_ALERT_URLS", opened.address)
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The years that nights ask for; each ends well at once."""
    noted: list[tuple[int, int]] = []
    monkeypatch.setattr(making, "_make_or_plan", lambda _, first, last, *__: noted.append((first, last)))
    return noted


def good(home: Path, at: dt.datetime) -> None:
    add_line(home, RunLine(at.isoformat(), "smallcap night", "sample", 0, "", 60.0, 1))


def test_a_clock_that_went_back_is_told_once_and_over_when_it_is_right(
    home: Path, smallcap: Smallcap, hook: Hook, clock: SetClock, asked: list[tuple[int, int]]
) -> None:
    good(home, TONIGHT)
    clock.now = TONIGHT - 3 * DAY
    answers = [smallcap("alert", "--home", home) for _ in range(2)]
    assert [answer.code for answer in answers] == [ExitCode.DEGRADED] * 2
    assert [message["title"] for message in hook.messages] == ["smallcap, runs: needs a person"]
    assert "SMALLCAP_CLOCK_TOLERANCE_MINUTES=4321" in hook.messages[0]["message"]
    clock.now = TONIGHT + DAY
    assert smallcap("night", "--home", home).code == ExitCode.DONE
    assert [message["title"] for message in hook.messages][1:] == ["smallcap, runs: over"]


@pytest.mark.drill
def test_a_night_that_a_clock_ahead_made_hides_no_missed_night(
    home: Path, smallcap: Smallcap, hook: Hook, clock: SetClock, asked: list[tuple[int, int]]
) -> None:
    good(home, TONIGHT - DAY)
    clock.now = TONIGHT + 400 * DAY
    assert "nights ago" in smallcap("night", "--home", home).err
    clock.now = TONIGHT
    assert smallcap("health", "--home", home).code == ExitCode.DEGRADED


@pytest.mark.drill
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "Etc/GMT+12"])
def test_the_time_zone_of_the_machine_changes_no_night(
    home: Path,
    smallcap: Smallcap,
    clock: SetClock,
    asked: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
) -> None:
    monkeypatch.setenv("SMALLCAP_CLOCK", "2026-01-01")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        good(home, TONIGHT - DAY)
        clock.now = dt.datetime(2027, 1, 1, 3)
        assert smallcap("night", "--home", home).code == ExitCode.DONE
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert asked == [(2025, 2026)]


def test_after_two_hundred_days_one_night_makes_the_end_of_the_old_year_too_and_says_so(
    home: Path,
    smallcap: Smallcap,
    hook: Hook,
    clock: SetClock,
    asked: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(night_years, "unsettled_since", lambda _: dt.date(2025, 9, 30))
    good(home, TONIGHT - 200 * DAY)
    assert smallcap("health", "--home", home).code == ExitCode.FAILING
    night = smallcap("night", "--home", home)
    assert night.code == ExitCode.DONE
    assert "200 nights ago; this one run makes what the missed nights would have made" in night.err
    assert "in 2025 to 2026" in night.err
    assert asked == [(2025, 2026)]
    # A good run for another year meanwhile, after which the log alone would ask for the running year.
    good(home, clock.now)
    clock.now += DAY
    smallcap("night", "--home", home)
    assert asked[1:] == [(2025, 2026)]
    assert hook.messages == [], "nobody looked during the outage, and now it is over"
