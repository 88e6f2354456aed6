"""Dates: the day on the calendar of the place, however a file writes it.

Anything that is no whole date is none.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.sources.dates import local_dates

IDES = dt.date(2024, 3, 15)
ZONES = ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]


def day_of(text: str) -> dt.date | None:
    return local_dates(pl.Series([text]))[0]


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-15",
        "2024-3-15",
        "2024-03-15T00:00:00",
        "2024-03-15 00:00:00.000",
        "2024-03-15 16:30",
        "2024-03-15T00:00:00Z",
        "2024-03-15T00:00:00+09:00",
        "2024-03-15 00:00:00+14",
        "2024-03-15T23:59:59.999-0500",
        "2024-03-15T00:00:00+01:00[Europe/Berlin]",
        "2024-03-15 00:00:00 UTC",
    ],
)
def test_text_is_the_day_as_it_is_written(text: str) -> None:
    assert day_of(text) == IDES


@pytest.mark.parametrize(
    "text",
    [
        "24-03-15",
        "0024-03-15",
        "15/03/24",
        "15.03.2024",
        "20240315",
        "+2024-03-15",
        "2024-02-30",
        "2024-03-15T25:00:00",
        "2024-03-15x",
        "2024",
    ],
)
def test_text_without_a_whole_date_is_none(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.some_cases(6)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@given(day=st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), hour=st.integers(0, 23))
def test_a_moment_is_the_day_of_its_own_zone(zone: str, unit: str, day: dt.date, hour: int) -> None:
    # A zone skips an hour, or a day, now and then: such a moment does not exist.
    local = dt.datetime.combine(day, dt.time(hour))
    moments = (
        pl.Series([local])
        .cast(pl.Datetime(unit))
        .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .drop_nulls()
    )
    assert local_dates(moments).to_list() == [day] * len(moments)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
def test_a_midnight_east_of_greenwich_is_not_the_day_before(zone: str) -> None:
    midnight = pl.Series([dt.datetime(2024, 12, 31)]).dt.replace_time_zone(zone)
    assert local_dates(midnight)[0] == dt.date(2024, 12, 31)


@pytest.mark.parametrize("zone", [None, *ZONES])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_moments_beyond_all_calendars_are_far_dates_and_stop_nothing(unit: str, zone: str | None) -> None:
    farthest = pl.Series([-(2**63) + 1, 2**63 - 1, None], dtype=pl.Int64).cast(pl.Datetime(unit, zone))
    before, after, missing = local_dates(farthest)
    assert before <= dt.date(1677, 9, 22)
    assert after >= dt.date(2262, 4, 10)
    assert missing is None


def test_days_beyond_the_years_that_can_be_written_are_the_nearest() -> None:
    days = pl.Series([-2_000_000_000, 0, None, 2_000_000_000], dtype=pl.Int32).cast(pl.Date)
    assert local_dates(days).to_list() == [dt.date(1, 1, 1), dt.date(1970, 1, 1), None, dt.date(9999, 12, 31)]


@pytest.mark.parametrize("values", [[1.5], [True], [20240315], [dt.time(12)]])
def test_other_types_hold_no_dates(values: list[object]) -> None:
    assert local_dates(pl.Series(values)).to_list() == [None]
