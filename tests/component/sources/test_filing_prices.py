"""Prices that filings show: their own days, month ends, splits, and what stays missing."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.sources.base import PRICES_COLUMNS
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.nport.prices import filing_prices, missing_months
from smallcap.sources.nport.splits import listed_splits
from tests.unit.finance.builders import METRICS

RULES = METRICS.holding_split
SESSIONS = nyse_sessions(dt.date(2020, 12, 1), dt.date(2021, 12, 31))
DECEMBER, MARCH, JUNE = dt.date(2020, 12, 31), dt.date(2021, 3, 31), dt.date(2021, 6, 30)
LINE, CUSIP = "cusip:12345A109", "12345A109"
CUSIPS = pl.DataFrame({"cusip": [CUSIP], "source_id": [LINE]})
NO_CLOSES = pl.DataFrame(schema={"cusip": pl.String, "date": pl.Date, "close_usd": pl.Float64})


def members(*seen: tuple[dt.date, float, float], fund: str = "F", others: int = 12) -> pl.DataFrame:
    """A line at dates with quantity and price, among others whose holdings do not change."""
    rows = [(LINE, fund, day, quantity, price) for day, quantity, price in seen]
    rows += [(f"other:{n}", fund, day, 100.0, 10.0) for day, *_ in seen for n in range(others)]
    names = ["source_id", "fund", "snapshot_date", "quantity", "price_usd"]
    return pl.DataFrame(rows, schema=names, orient="row")


def closes(*seen: tuple[dt.date, float]) -> pl.DataFrame:
    """Closes of fails-to-deliver files."""
    return pl.DataFrame([(CUSIP, *one) for one in seen], schema=NO_CLOSES.schema, orient="row")


def of_line(listed: pl.DataFrame, failed: pl.DataFrame = NO_CLOSES):
    """The prices of the line, and all evidence."""
    found = filing_prices(listed, CUSIPS, failed, SESSIONS, RULES, "public")
    return found.rows.filter(pl.col("source_id") == LINE), found


def test_a_list_at_a_month_end_gives_the_price_of_that_session():
    rows, found = of_line(members((MARCH, 100.0, 20.0)))
    assert rows.select("date", "close_usd", "split_ratio", "total_return").rows() == [
        (MARCH, 20.0, None, None)
    ]
    assert found.rows.schema == PRICES_COLUMNS


def test_a_list_dated_on_a_weekend_has_the_closes_of_the_session_before():
    saturday = dt.date(2021, 7, 31)
    rows, _ = of_line(members((saturday, 100.0, 20.0)))
    assert rows["date"].to_list() == [dt.date(2021, 7, 30)]


@pytest.mark.parametrize(("day", "count"), [(dt.date(2021, 5, 28), 1), (dt.date(2021, 5, 27), 0)])
def test_a_fails_close_is_a_month_end_price_only_on_the_months_last_session(day, count):
    # 31 May 2021 is Memorial Day.
    rows, found = of_line(members((MARCH, 100.0, 20.0)), closes((day, 21.0)))
    assert rows.filter(pl.col("date") == day).height == count
    own = found.evidence.filter(pl.col("source_id") == LINE, pl.col("date") == day)
    assert own.select("close_usd", "origin", "is_month_end").rows() == [(21.0, "fail", count == 1)]


def test_the_price_of_a_list_comes_before_a_fails_close_and_a_difference_is_told():
    rows, found = of_line(members((MARCH, 100.0, 20.0)), closes((MARCH, 21.0)))
    assert rows["close_usd"].to_list() == [20.0]
    assert "1 closes of filings differ by more than 2%" in found.notices[0]
    assert of_line(members((MARCH, 100.0, 20.0)), closes((MARCH, 20.1)))[1].notices == ()


def split_of(*seen: tuple[dt.date, float, float], **more: object) -> list[float]:
    """The ratios that lists show of the line."""
    found = listed_splits(members(*seen, **more), RULES)
    return found.filter(pl.col("source_id") == LINE)["split_ratio"].to_list()


def test_a_holding_and_a_price_that_move_oppositely_are_a_split():
    assert split_of((DECEMBER, 100, 90.0), (MARCH, 300, 31.0)) == [3.0]
    assert split_of((DECEMBER, 1000, 0.5), (MARCH, 100, 4.6)) == [0.1]


def test_a_larger_holding_alone_is_no_split_and_decides_nothing():
    assert split_of((DECEMBER, 100, 90.0), (MARCH, 300, 88.0)) == []


def test_a_price_that_halves_with_the_same_holding_is_no_split():
    assert split_of((DECEMBER, 100, 90.0), (MARCH, 104, 45.0)) == [1.0]


def test_few_holdings_do_not_tell_the_funds_own_growth():
    assert split_of((DECEMBER, 100, 90.0), (MARCH, 300, 31.0), others=2) == []


def test_lists_of_two_funds_are_not_compared():
    first = members((DECEMBER, 100, 90.0), fund="F")
    second = members((MARCH, 300, 31.0), fund="G")
    assert listed_splits(pl.concat([first, second]), RULES).is_empty()


def test_a_split_is_in_the_month_whose_price_moved_against_it():
    listed = members((DECEMBER, 100, 90.0), (MARCH, 300, 31.0))
    rows, _ = of_line(listed, closes((dt.date(2021, 1, 29), 92.0), (dt.date(2021, 2, 26), 30.5)))
    assert rows.select("close_usd", "split_ratio").rows() == [
        (90.0, None),
        (92.0, 1.0),
        (30.5, 3.0),
        (31.0, 1.0),
    ]


def test_where_a_split_may_hide_nothing_is_known():
    # The price halved in a month, and no two lists of a fund are around it.
    rows, _ = of_line(
        members((MARCH, 100, 20.0)), closes((dt.date(2021, 4, 30), 9.9), (dt.date(2021, 5, 28), 10.5))
    )
    assert rows.select("close_usd", "split_ratio").rows() == [(20.0, None), (9.9, None), (10.5, 1.0)]


def test_after_a_gap_no_split_is_stated():
    rows, _ = of_line(members((MARCH, 100, 20.0), (JUNE, 100, 21.0)))
    assert rows["split_ratio"].to_list() == [None, None]


def test_months_without_a_price_are_told_with_the_reason():
    rows, _ = of_line(members((MARCH, 100.0, 20.0)))
    ends = [dt.date(2021, 2, 26), MARCH, dt.date(2021, 4, 30)]
    asked = pl.DataFrame({"source_id": [LINE] * 3, "month_end": ends})
    found = missing_months(rows, asked)
    assert found.select("source_id", "year", "months").rows() == [(LINE, 2021, "2 4")]
    assert "no fail was open" in found["reason"][0]
