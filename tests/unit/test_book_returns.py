"""What books earned, worked by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.books.holdings import book_holdings
from smallcap.finance.books.returns import book_returns
from smallcap.tables.books import BookReturns
from tests.tolerances import EXACT
from tests.unit.book_builders import (
    NO_MEMBERS,
    NO_OUTCOMES,
    Returns,
    a_list,
    books,
    lines,
    members,
    month_end,
    returns,
)

JANUARY = dt.date(2020, 1, 31)


def earned(
    by_line: Returns, weights: dict[int, float | None] | None = None, listed: pl.DataFrame = NO_MEMBERS
) -> pl.DataFrame:
    """Earn three months of 2020 with a list of the lines named."""
    held = lines("mine", weights or dict.fromkeys(by_line, None))
    book = books(mine=a_list(JANUARY))
    holdings = book_holdings(
        book, held, NO_OUTCOMES, listed, returns(JANUARY, by_line), (2020,), month_end(2020, 3)
    )
    return BookReturns.validate(book_returns(holdings))


def test_equal_weights_are_restored_each_month() -> None:
    found = earned({1: [0.5, 0.1, 0.0], 2: [0.1, 0.3, 0.2]})["total_return"].to_list()
    assert found == pytest.approx([0.3, 0.2, 0.1], rel=EXACT)


def test_given_weights_are_restored_each_month() -> None:
    found = earned({1: [0.5, 0.1, 0.0], 2: [0.1, 0.3, 0.2]}, {1: 0.75, 2: 0.25})["total_return"].to_list()
    assert found == pytest.approx([0.4, 0.15, 0.05], rel=EXACT)


def test_a_missing_month_is_never_zero() -> None:
    found = earned({1: [0.2, None, 0.2], 2: [0.1, 0.1, 0.1]})
    assert found["total_return"].to_list() == pytest.approx([0.15, 0.1, 0.15], rel=EXACT)
    assert found.select("holdings", "with_return", "missing", "stopped").rows() == [
        (2, 2, 0, 0),
        (2, 1, 1, 0),
        (2, 2, 0, 0),
    ]


def test_a_stopped_holding_leaves_the_book() -> None:
    found = earned({1: [0.2], 2: [0.1, 0.1, 0.1], 3: [0.3, 0.3, 0.3]})
    assert found["total_return"].to_list() == pytest.approx([0.2, 0.2, 0.2], rel=EXACT)
    assert found.select("holdings", "with_return", "missing", "stopped").rows() == [
        (3, 3, 0, 0),
        (2, 2, 0, 1),
        (2, 2, 0, 0),
    ]
    assert not found["is_thin"].any()


def test_one_holding_left_of_several_is_thin_for_as_long_as_it_lasts() -> None:
    found = earned({1: [0.2], 2: [0.1, 0.1, 0.1]})
    assert found["is_thin"].to_list() == [False, True, True]
    assert found["names"].to_list() == [2, 2, 2]


def test_one_holding_with_a_return_is_thin_even_if_the_others_come_back() -> None:
    assert earned({1: [0.2, None, 0.2], 2: [0.1, 0.1, 0.1]})["is_thin"].to_list() == [False, True, False]


def test_a_book_of_one_name_is_not_thin() -> None:
    assert not earned({1: [0.2, 0.1, 0.1]})["is_thin"].any()


def test_a_month_without_any_return_is_null() -> None:
    found = earned({1: [0.2, None, 0.2], 2: [0.1, None, 0.1]})
    assert found["total_return"].is_null().to_list() == [False, True, False]


def test_the_month_in_which_the_last_holding_stops_is_the_last() -> None:
    found = earned({1: [0.2], 2: [0.1]})
    assert found.select("month", "holdings", "stopped").rows() == [
        (JANUARY, 2, 0),
        (month_end(2020, 2), 0, 2),
    ]
    assert found["total_return"].to_list()[1] is None


def test_an_extreme_return_is_kept_and_counted() -> None:
    found = earned({1: [1.5, 0.1, 0.1], 2: [0.1, 0.1, 0.1]})
    assert found["total_return"].to_list() == pytest.approx([0.8, 0.1, 0.1], rel=EXACT)
    assert found["extreme"].to_list() == [1, 0, 0]


def test_members_are_counted_where_membership_is_known() -> None:
    found = earned({1: [0.1] * 3, 2: [0.1] * 3}, listed=members(dt.date(2020, 1, 5), 1))
    assert found["members"].to_list() == [None, 1, None]


def test_the_order_of_the_rows_changes_nothing() -> None:
    by_line = {line: [0.1 / line, 0.7 / line, -0.3 / line] for line in range(1, 8)}
    holdings = book_holdings(
        books(mine=a_list(JANUARY)),
        lines("mine", dict.fromkeys(by_line, None)),
        NO_OUTCOMES,
        NO_MEMBERS,
        returns(JANUARY, by_line),
        (2020,),
        JANUARY,
    )
    assert book_returns(holdings).equals(book_returns(holdings.reverse()))
