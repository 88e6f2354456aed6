"""Which list a list is compared with: lists of one fund, and none before the new index is in the list."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.index.calendar import data_month_end, with_pending
from smallcap.finance.index.changes import index_changes
from smallcap.finance.index.membership import membership_changes, successive_dates
from tests.oracle.index_changes_polars import compared_with
from tests.unit.finance.builders import table
from tests.unit.finance.index.index_builders import EVENTS, RULES, members, metrics, prices

MONTHS = [dt.date(2024, month, 28) for month in range(1, 13)]


def lists(funds: str, companies: list[set[int]] | None = None) -> pl.DataFrame:
    """One list per letter, a month apart, of the fund that the letter names."""
    sets = companies or [{1, 2}] * len(funds)
    return pl.concat(
        members({number: {"weight": 1 / len(own)} for number in own}, day).with_columns(
            fund=pl.lit(fund), snapshot_date=pl.lit(day)
        )
        for fund, own, day in zip(funds, sets, MONTHS, strict=False)
    )


def compared(funds: str) -> list[int | None]:
    """For each list, the place of the one it is compared with; None where it is compared with none."""
    found = successive_dates(lists(funds), [2024])["previous_as_of"]
    return [None if day is None else MONTHS.index(day) for day in found]


@pytest.mark.parametrize(
    ("funds", "before"),
    [
        ("AAAA", [None, 0, 1, 2]),
        # The first list of another fund is compared with none; its next one with the last of the fund before.
        ("AABB", [None, 0, None, 1]),
        ("AABBB", [None, 0, None, 1, 3]),
        # A fund that comes once between two lists of the other changes nothing.
        ("ABA", [None, None, 0]),
        ("ABABAB", [None, None, 0, None, 2, None]),
        # A third fund does not confirm the second.
        ("ABCC", [None, None, None, 0]),
    ],
)
def test_lists_of_one_fund_are_compared(funds: str, before: list[int | None]) -> None:
    assert compared(funds) == before


def test_a_difference_between_funds_is_no_change_until_the_next_list_of_the_fund_confirms_it() -> None:
    # Fund B never held company 2 and holds 3; company 4 joins in both of its lists, 5 only in the first.
    held = lists("ABB", [{1, 2}, {1, 3, 4, 5}, {1, 3, 4}])
    dates = successive_dates(held, [2024])
    assert dates["is_fund_unconfirmed"].to_list() == [False, True, False]
    changes = membership_changes(held, dates)
    assert changes.select("as_of", "entity_id", "change").rows() == [
        (MONTHS[2], 2, "removed"),
        (MONTHS[2], 3, "added"),
        (MONTHS[2], 4, "added"),
    ]


def test_one_list_used_at_two_dates_does_not_confirm_itself() -> None:
    twice = lists("ABB").with_columns(
        snapshot_date=pl.when(pl.col("fund") == "B").then(pl.lit(MONTHS[1])).otherwise("snapshot_date")
    )
    assert successive_dates(twice, [2024])["is_fund_unconfirmed"].to_list() == [False, True, True]


def test_the_tables_changes_follow_the_fund() -> None:
    held = lists("ABA", [{1, 2}, {1, 3}, {1, 4}])
    figures = pl.concat(metrics({}, day) for day in MONTHS[:3])
    rows = index_changes(held, figures, prices((1, MONTHS[0], 5.0)), RULES, EVENTS, [2024])
    assert rows.select("as_of", "previous_as_of", "entity_id", "change", "fund").rows() == [
        (MONTHS[2], MONTHS[0], 2, "removed", "A"),
        (MONTHS[2], MONTHS[0], 4, "added", "A"),
    ]


@given(funds=st.text(alphabet="ABC", min_size=1, max_size=10))
def test_every_list_iscompared_with_the_one_that_a_replay_of_the_lists_gives(funds: str) -> None:
    listed = {day: (fund, day) for fund, day in zip(funds, MONTHS, strict=False)}
    dates = successive_dates(lists(funds), [2024])
    for day, before, is_open in dates.select("as_of", "previous_as_of", "is_fund_unconfirmed").iter_rows():
        assert (before, is_open) == compared_with(day, sorted(listed), listed)


@pytest.mark.parametrize(
    ("as_of", "list_date", "is_pending"),
    [
        # The reconstitution of 2024 took effect after the close of 28 June, the quarter's last session.
        (dt.date(2024, 6, 27), dt.date(2024, 6, 27), False),
        (dt.date(2024, 6, 30), dt.date(2024, 6, 28), True),
        (dt.date(2024, 7, 1), dt.date(2024, 7, 1), True),
        (dt.date(2024, 7, 2), dt.date(2024, 7, 2), False),
        (dt.date(2024, 7, 15), dt.date(2024, 6, 28), True),
        (dt.date(2023, 6, 30), dt.date(2023, 6, 30), False),
        (dt.date(2004, 5, 31), dt.date(2004, 5, 31), False),
    ],
)
def test_a_list_before_the_second_session_after_an_effective_day_is_pending(
    as_of: dt.date, list_date: dt.date, is_pending: bool
) -> None:
    rows = with_pending(pl.DataFrame({"as_of": [as_of], "snapshot_date": [list_date]}), EVENTS)
    assert rows["is_reconstitution_pending"].to_list() == [is_pending]


@pytest.mark.parametrize(
    ("day", "month_end"),
    [
        (dt.date(2024, 4, 30), dt.date(2024, 4, 30)),
        (dt.date(2023, 4, 28), dt.date(2023, 4, 30)),
        (dt.date(2018, 5, 11), dt.date(2018, 4, 30)),
        # Memorial Day 2010 was the 31st; in 2016 the 30th, with a session after it.
        (dt.date(2010, 5, 28), dt.date(2010, 5, 31)),
        (dt.date(2016, 5, 27), dt.date(2016, 4, 30)),
    ],
)
def test_the_figures_of_a_rank_day_are_those_of_a_month_end_not_after_it(
    day: dt.date, month_end: dt.date
) -> None:
    assert pl.DataFrame({"day": [day]}).select(data_month_end("day")).item() == month_end


def test_members_without_a_named_fund_are_of_one_fund() -> None:
    unnamed = table("core.members", [], year=2024).clear()
    assert successive_dates(unnamed, [2024]).is_empty()
