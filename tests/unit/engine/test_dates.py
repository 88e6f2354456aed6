"""The as_of dates of a year: month ends up to its horizon, and every date that was requested."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from smallcap.engine.dates import AsOfDates, dates_as_text, digest_of_dates, is_same_dates
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.tables import TABLES

CLOCK = dt.date(2026, 6, 30)
JANUARY, MID_FEBRUARY, MARCH = dt.date(2025, 1, 31), dt.date(2025, 2, 14), dt.date(2025, 3, 31)
FEBRUARY = dt.date(2025, 2, 28)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(load_settings(home=tmp_path / "home"))
    found.prepare()
    return found


def made_for(home: Home, recorded: str) -> None:
    """Stamp the year 2025 of raw.constituents with dates, as a run does."""
    empty = TABLES["raw.constituents"].empty()
    home.lake.write_years("raw.constituents", empty, [2025], "run", {2025: {"dates": recorded}})


def published(home: Home, as_of: dt.date) -> None:
    home.records.run("run", "run", (2025, 2025), as_of, "sample", "published", dt.datetime(2026, 1, 1))


def dates(home: Home, years: list[int], as_of: dt.date | None = None) -> list[dt.date]:
    return AsOfDates(home, SimpleNamespace(clock=CLOCK), years, as_of).of([2025])


def test_a_year_that_no_run_made_has_no_dates(home: Home):
    assert dates(home, [2024]) == []


def test_a_range_makes_every_month_end_that_the_source_knows(home: Home):
    assert len(dates(home, [2025])) == 12
    assert AsOfDates(home, SimpleNamespace(clock=CLOCK), [2026], None).of([2026])[-1] == CLOCK


def test_a_date_makes_the_month_ends_before_it(home: Home):
    assert dates(home, [2025], MID_FEBRUARY) == [JANUARY, MID_FEBRUARY]


def test_an_earlier_date_keeps_the_later_one_that_the_year_was_made_for(home: Home):
    made_for(home, dates_as_text([JANUARY, FEBRUARY, MARCH]))
    assert dates(home, [2025], JANUARY) == [JANUARY, FEBRUARY, MARCH]


def test_a_date_that_was_requested_survives_runs_of_other_dates_and_years(home: Home):
    made_for(home, dates_as_text([JANUARY, MID_FEBRUARY]))
    published(home, MID_FEBRUARY)
    assert dates(home, [2025], MARCH) == [JANUARY, MID_FEBRUARY, FEBRUARY, MARCH]
    assert dates(home, [2024]) == [JANUARY, MID_FEBRUARY]
    assert MID_FEBRUARY in dates(home, [2025])


def test_the_digest_of_dates_that_an_earlier_release_recorded_says_which_they_are(home: Home):
    made_for(home, digest_of_dates([JANUARY, MID_FEBRUARY]))
    published(home, MID_FEBRUARY)
    assert dates(home, [2024]) == [JANUARY, MID_FEBRUARY]
    assert is_same_dates(digest_of_dates([JANUARY]), dates_as_text([JANUARY]))
    assert not is_same_dates(digest_of_dates([JANUARY]), dates_as_text([MARCH]))
