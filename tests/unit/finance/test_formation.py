"""When the book of a year is formed: at June's end, or in July where June's list may be of the old index."""

from __future__ import annotations

import datetime as dt
import itertools

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.formation import formation_dates
from smallcap.finance.index.calendar import settled_rows
from tests.unit.book_builders import members, month_end, outcomes, returns
from tests.unit.finance.index.index_builders import EVENTS
from tests.unit.test_book_holdings import held_survivors

MONTH_ENDS = [month_end(2023, 1, later) for later in range(36)]
PENDING = dt.date(2024, 6, 30)
"""The reconstitution of 2024 took effect after the close of 28 June; its list is that of 2 July."""


def formed(*as_ofs: dt.date) -> list[tuple[dt.date, dt.date]]:
    return formation_dates(pl.Series(as_ofs, dtype=pl.Date)).rows()


def test_the_last_date_in_june_is_held_to_the_next_one() -> None:
    assert formed(dt.date(2023, 6, 15), dt.date(2023, 6, 30), dt.date(2023, 7, 31), dt.date(2024, 6, 30)) == [
        (dt.date(2023, 6, 30), dt.date(2024, 6, 30)),
        (dt.date(2024, 6, 30), dt.date(2025, 6, 30)),
    ]


def test_a_year_without_june_forms_in_july_and_the_book_before_is_held_until_then() -> None:
    assert formed(dt.date(2023, 6, 30), dt.date(2024, 7, 31), dt.date(2024, 8, 31), dt.date(2025, 6, 30)) == [
        (dt.date(2023, 6, 30), dt.date(2024, 7, 31)),
        (dt.date(2024, 7, 31), dt.date(2025, 6, 30)),
        (dt.date(2025, 6, 30), dt.date(2026, 6, 30)),
    ]


def test_a_year_without_june_and_july_forms_nothing() -> None:
    assert formed(dt.date(2023, 6, 30), dt.date(2024, 8, 31)) == [
        (dt.date(2023, 6, 30), dt.date(2024, 6, 30))
    ]


@given(dates=st.sets(st.sampled_from(MONTH_ENDS), min_size=1))
def test_no_two_books_are_held_in_one_month(dates: set[dt.date]) -> None:
    rows = formed(*dates)
    for (_, last_held), (following, _) in itertools.pairwise(rows):
        assert last_held <= following


def test_a_list_of_the_old_index_forms_no_book() -> None:
    dates = [dt.date(2023, 6, 30), PENDING, dt.date(2024, 7, 31)]
    judged = pl.concat(outcomes(day, {line: {}}) for line, day in enumerate(dates, 1))
    listed = pl.concat(
        members(day, line).with_columns(snapshot_date=pl.lit(day)) for line, day in enumerate(dates, 1)
    )
    settled = settled_rows(judged, listed, EVENTS)
    assert settled["as_of"].unique().sort().to_list() == [dates[0], dates[2]]
    earned = returns(dt.date(2023, 1, 31), {line: [0.01] * 36 for line in (1, 2, 3)})
    holdings = held_survivors(settled, listed, earned, (2023, 2024, 2025))
    months = {line: own["month"].to_list() for (line,), own in holdings.group_by("security_id")}
    assert months == {
        1: [month_end(2023, 7, later) for later in range(13)],
        3: [month_end(2024, 8, later) for later in range(11)],
    }


def test_other_lists_are_left_as_they_are() -> None:
    judged = outcomes(dt.date(2023, 6, 30), {2: {}, 1: {}})
    listed = members(dt.date(2023, 6, 30), 1, 2).with_columns(snapshot_date=pl.lit(dt.date(2023, 6, 30)))
    assert settled_rows(judged, listed, EVENTS).equals(judged)
