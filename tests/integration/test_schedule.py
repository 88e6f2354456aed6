"""The nightly schedule: off until a setting switches it on, and asking for every year that can still
change.
"""

from __future__ import annotations

import datetime as dt
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from smallcap.health.runlines import RunLine, add_line
from smallcap.pipelines.asked_by import RANGE_END_TAG, RANGE_START_TAG
from smallcap.pipelines.location import REFRESH_JOB
from smallcap.pipelines.night_years import DAYS_UNTIL_FINAL, years_that_can_change
from smallcap.pipelines.schedules import ZONE, in_zone, nightly_schedule
from smallcap.settings import load_settings

DAY = dt.timedelta(days=1)
NEW_YORK = ZoneInfo(ZONE)
FAR_CLOCK = dt.date(2030, 12, 31)


def evaluated(night: dt.datetime, **given: object) -> dg.RunRequest | str:
    """What a tick asks for: a run, or why none."""
    schedule = nightly_schedule(REFRESH_JOB, load_settings(**given))
    tick = schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=night))
    return tick.run_requests[0] if tick.run_requests else str(tick.skip_message)


def request_of(night: dt.datetime, **given: object) -> dg.RunRequest:
    request = evaluated(night, **given)
    assert isinstance(request, dg.RunRequest)
    return request


def ended(home: Path, at: dt.datetime, code: int, command: str = "dagster schedule nightly") -> None:
    """Log that a run ended at a time of New York's clock."""
    moment = at.astimezone(dt.UTC).replace(tzinfo=None)
    add_line(home, RunLine(moment.isoformat(), command, "sample", code, "", 60.0, 1))


def ticks(first: dt.datetime, count: int) -> list[dt.datetime]:
    """The next ticks as Dagster's daemon finds them."""
    schedule = nightly_schedule(REFRESH_JOB, load_settings())
    found = schedule_execution_time_iterator(first.timestamp(), schedule.cron_schedule, ZONE, 1)
    return [in_zone(moment) for moment in islice(found, count)]


@pytest.mark.parametrize(("is_on", "status"), [(False, "STOPPED"), (True, "RUNNING")])
def test_it_is_off_until_the_setting_switches_it_on(is_on, status):
    schedule = nightly_schedule(REFRESH_JOB, load_settings(is_schedule_on=is_on))
    assert schedule.default_status.value == status
    assert schedule.execution_timezone == "America/New_York"
    assert load_settings().is_schedule_on is False


@pytest.mark.parametrize("night", [dt.date(2024, 1, 1) + number * DAY for number in range(0, 731, 5)])
def test_every_year_with_a_date_in_the_last_163_days_is_asked_for_and_no_other(night):
    recent = {(night - number * DAY).year for number in range(DAYS_UNTIL_FINAL + 1)}
    first, last = years_that_can_change(night, FAR_CLOCK)
    assert set(range(first, last + 1)) == recent


def test_a_date_is_final_the_day_after_its_163rd():
    year_end = dt.date(2025, 12, 31)
    assert years_that_can_change(year_end + DAYS_UNTIL_FINAL * DAY, FAR_CLOCK) == (2025, 2026)
    assert years_that_can_change(year_end + (DAYS_UNTIL_FINAL + 1) * DAY, FAR_CLOCK) == (2026, 2026)


def test_a_source_whose_clock_has_stopped_is_asked_about_its_own_last_days():
    assert years_that_can_change(dt.date(2029, 5, 1), dt.date(2026, 6, 30)) == (2026, 2026)
    assert years_that_can_change(dt.date(2029, 5, 1), dt.date(2026, 2, 28)) == (2025, 2026)


def test_the_nights_run_is_one_run_over_those_years():
    night = dt.datetime(2026, 3, 2, 2, 30)
    request = request_of(night)
    assert (request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG]) == ("2025", "2026")
    assert request.partition_key is None
    assert request_of(night).run_key == request.run_key, "the same night asked twice is one run"


NIGHT = dt.datetime(2026, 3, 3, 2, 30, tzinfo=NEW_YORK)
HALF_AN_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_a_source_that_stumbled_is_asked_again_at_the_next_tick(home: Path) -> None:
    first = request_of(NIGHT, home=home)
    ended(home, NIGHT + HALF_AN_HOUR / 2, 8)
    second = request_of(NIGHT + HALF_AN_HOUR, home=home)
    assert second.run_key != first.run_key
    third = request_of(NIGHT + 2 * HALF_AN_HOUR, home=home)
    assert third.run_key == second.run_key, "the second try is still going on"
    ended(home, NIGHT + 2 * HALF_AN_HOUR, 8)
    assert request_of(NIGHT + 3 * HALF_AN_HOUR, home=home).run_key not in (first.run_key, second.run_key)


@pytest.mark.parametrize("code", [0, 1, 2, 4])
def test_a_night_that_ended_otherwise_is_not_run_again(home: Path, code: int) -> None:
    ended(home, NIGHT + HALF_AN_HOUR / 2, code)
    assert f"exit code {code}" in str(evaluated(NIGHT + HALF_AN_HOUR, home=home))


def test_other_runs_and_other_nights_are_no_run_of_this_night(home: Path) -> None:
    ended(home, NIGHT - dt.timedelta(days=1), 0)
    ended(home, NIGHT + HALF_AN_HOUR / 2, 0, "smallcap run --as-of 2010-12-31")
    assert request_of(NIGHT + HALF_AN_HOUR, home=home).run_key == "2026-03-03"


def test_after_an_outage_the_latest_tick_alone_makes_the_night(home: Path) -> None:
    ended(home, NIGHT - dt.timedelta(days=20), 0)
    assert request_of(NIGHT + 6 * HALF_AN_HOUR, home=home).run_key == "2026-03-03"


def test_a_night_has_seven_ticks_from_half_past_two_to_half_past_five() -> None:
    found = ticks(dt.datetime(2026, 3, 3, 0, 0, tzinfo=NEW_YORK), 8)
    assert [f"{tick:%d %H:%M}" for tick in found] == [
        "03 02:30", "03 03:00", "03 03:30", "03 04:00", "03 04:30", "03 05:00", "03 05:30", "04 02:30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "offset"),
    [(dt.date(2026, 3, 8), -4), (dt.date(2026, 11, 1), -5)],
    ids=["the clock goes ahead at two", "the clock goes back at two"],
)
def test_a_night_of_daylight_saving_is_run_once_and_tried_again_until_half_past_five(
    home: Path, day: dt.date, offset: int
) -> None:
    begin = dt.datetime.combine(day, dt.time(0), NEW_YORK)
    found = [tick for tick in ticks(begin, 12) if tick.date() == day]
    keys = {request_of(tick, home=home).run_key for tick in found}
    assert keys == {day.isoformat()}, "one run, whichever ticks come"
    assert f"{found[-1]:%H:%M}" == "05:30"
    assert {tick.utcoffset() for tick in found} == {dt.timedelta(hours=offset)}
    ended(home, found[0] + dt.timedelta(minutes=5), 8)
    assert request_of(found[1], home=home).run_key != day.isoformat()
    ended(home, found[1] + dt.timedelta(minutes=5), 0)
    assert "exit code 0" in str(evaluated(found[2], home=home))


def test_a_year_of_ticks_has_each_night_once() -> None:
    found = ticks(dt.datetime(2026, 1, 1, 0, 0, tzinfo=NEW_YORK), 365 * 7)
    nights = {tick.date() for tick in found}
    assert len(nights) >= 365
    assert {later - earlier for earlier, later in pairwise(sorted(nights))} == {DAY}
