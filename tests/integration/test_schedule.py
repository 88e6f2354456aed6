"""The nightly schedule: off until a setting switches it on, and asking for every year that can still
change.
"""

from __future__ import annotations

import datetime as dt

import dagster as dg
import pytest

from smallcap.pipelines.location import REFRESH_JOB
from smallcap.pipelines.resources import RANGE_END_TAG, RANGE_START_TAG
from smallcap.pipelines.schedules import DAYS_UNTIL_FINAL, nightly_schedule, years_that_can_change
from smallcap.settings import load_settings

DAY = dt.timedelta(days=1)
FAR_CLOCK = dt.date(2030, 12, 31)


def request_of(night: dt.datetime, **given: object) -> dg.RunRequest:
    schedule = nightly_schedule(REFRESH_JOB, load_settings(**given))
    (request,) = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=night)
    ).run_requests
    return request


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
