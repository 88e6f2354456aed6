"""The published book on the real prices: eleven names, and what its alpha is worth. The figures are those of
docs/methods.md, books.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.books.comparisons import book_comparisons
from smallcap.finance.books.hindsight import hindsight_gap
from smallcap.finance.books.holdings import book_holdings
from smallcap.finance.books.lines import book_lines, books_frame
from smallcap.finance.books.returns import book_returns
from smallcap.rules.types.books import Book
from smallcap.sources.french.files import read_french
from smallcap.tables.book_factors import BookComparisons
from smallcap.tables.books import BookHoldings, BookLines, BookReturns
from smallcap.tables.hindsight import HindsightGap
from tests.real.conftest import REAL
from tests.tolerances import ALPHA_POINT, SHARE_OF_DRAWN, T_STATISTIC
from tests.unit.book_builders import BOOKS, NO_MEMBERS, NO_OUTCOMES, RULES

PRICES = REAL / "prices" / "month_end.parquet"
FACTORS = REAL / "french" / "FF5_monthly_vintage202511.csv"
BOOK = "small_cap_value"
LAST_MONTH = dt.date(2025, 12, 31)
LAST_FACTORS = dt.date(2025, 11, 30)
YEARS = range(2019, 2026)
BOOKS_HERE = {
    **BOOKS,
    "small_caps": Book(
        "list",
        "a fund of the index",
        "the prices",
        tickers=("IWM",),
        first_month="2019-01",
        chosen_on=dt.date(2018, 12, 31),
    ),
    "large_caps": Book(
        "list",
        "a fund of large caps",
        "the prices",
        tickers=("SPY",),
        first_month="2019-01",
        chosen_on=dt.date(2018, 12, 31),
    ),
}

pytestmark = pytest.mark.skipif(
    not PRICES.is_file() or not FACTORS.is_file(), reason=f"the real prices and factors are not here ({REAL})"
)


@pytest.fixture(scope="module")
def returns() -> pl.DataFrame:
    """Rows of core.monthly_returns: one adjusted close over that of the month before, where that is there.

    Lines by ticker.
    """
    month_number = pl.col("date").dt.year() * 12 + pl.col("date").dt.month()
    follows = month_number.diff().over("ticker") == 1
    total_return = pl.col("adj_close") / pl.col("adj_close").shift().over("ticker") - 1
    earned = (
        pl.read_parquet(PRICES)
        .sort("ticker", "date")
        .with_columns(
            pl.col("ticker").rank("dense").cast(pl.Int64).alias("security_id"),
            pl.col("date").dt.month_end().alias("month"),
            pl.when(follows).then(total_return).alias("total_return"),
        )
    )
    return earned.drop_nulls("total_return").with_columns(
        (pl.col("total_return") > RULES.extreme_return).alias("is_extreme")
    )


@pytest.fixture(scope="module")
def securities(returns: pl.DataFrame) -> pl.DataFrame:
    """Rows of raw.securities: each ticker of the file is one line for all its time."""
    lines = (
        returns.select("ticker", "security_id", pl.col("security_id").alias("entity_id"))
        .unique()
        .sort("security_id")
    )
    return lines.with_columns(
        pl.lit(dt.date(1900, 1, 1)).alias("valid_from"),
        pl.lit(None, dtype=pl.Date).alias("valid_to"),
        pl.lit("files").alias("source"),
    )


@pytest.fixture(scope="module")
def lines(securities: pl.DataFrame) -> pl.DataFrame:
    return BookLines.validate(book_lines(BOOKS_HERE, "files", {}, securities))


@pytest.fixture(scope="module")
def books() -> pl.DataFrame:
    return books_frame(BOOKS_HERE, "files", {})


@pytest.fixture(scope="module")
def holdings(books: pl.DataFrame, lines: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    return BookHoldings.validate(
        book_holdings(books, lines, NO_OUTCOMES, NO_MEMBERS, returns, YEARS, LAST_MONTH)
    )


@pytest.fixture(scope="module")
def earned(holdings: pl.DataFrame) -> pl.DataFrame:
    return BookReturns.validate(book_returns(holdings))


@pytest.fixture(scope="module")
def factors() -> pl.DataFrame:
    return read_french(FACTORS.read_bytes(), FACTORS.name)


@pytest.fixture(scope="module")
def gap(
    books: pl.DataFrame,
    lines: pl.DataFrame,
    earned: pl.DataFrame,
    returns: pl.DataFrame,
    factors: pl.DataFrame,
) -> pl.DataFrame:
    return HindsightGap.validate(hindsight_gap(books, lines, earned, returns, NO_MEMBERS, factors, RULES))


def part(gap: pl.DataFrame, name: str) -> dict[str, dict[str, object]]:
    return {row["item"]: row for row in gap.filter(pl.col("part") == name).iter_rows(named=True)}


def test_eleven_of_the_twelve_names_are_found(lines: pl.DataFrame) -> None:
    of_the_book = lines.filter(pl.col("book") == BOOK)
    assert of_the_book.height == 12
    assert of_the_book.filter(~pl.col("is_resolved"))["ticker"].to_list() == ["CGY"]


def test_the_eleven_are_held_without_a_gap(holdings: pl.DataFrame, earned: pl.DataFrame) -> None:
    assert set(holdings["status"]) == {"held"}
    months = earned.filter(pl.col("book") == BOOK)
    assert months.height == 84
    assert set(months["with_return"]) == {11}
    assert set(months["names"]) == {12}


def test_its_alpha_is_twelve_per_cent_a_year(gap: pl.DataFrame) -> None:
    own = part(gap, "random_books")["alpha_annual"]
    assert own["estimate"] == pytest.approx(0.120, abs=ALPHA_POINT)
    assert (own["n_obs"], own["last_month"], own["vintage"]) == (83, LAST_FACTORS, "202511")


def test_one_random_book_of_survivors_in_six_does_as_well(gap: pl.DataFrame) -> None:
    rows = part(gap, "random_books")
    assert {row["universe"] for row in rows.values()} == {"survivors_only"}
    assert rows["share_at_least"]["drawn_books"] == RULES.hindsight.random_books
    assert rows["share_at_least"]["estimate"] == pytest.approx(0.16, abs=SHARE_OF_DRAWN)


def test_the_market_of_survivors_alone_earns_six_per_cent_a_year(gap: pl.DataFrame) -> None:
    market = part(gap, "random_books")["market_alpha_annual"]
    assert market["drawn_from"] == 1951
    assert market["estimate"] == pytest.approx(0.063, abs=ALPHA_POINT)
    assert market["t_stat"] == pytest.approx(4.6, abs=T_STATISTIC)


def test_leaving_one_name_out_moves_its_alpha_by_three_points(gap: pl.DataFrame) -> None:
    without = {ticker: row["estimate"] for ticker, row in part(gap, "leave_one_out").items()}
    assert len(without) == 11
    lowest, highest = min(without, key=without.__getitem__), max(without, key=without.__getitem__)
    assert (lowest, without[lowest]) == ("POWL", pytest.approx(0.087, abs=ALPHA_POINT))
    assert without[highest] == pytest.approx(0.138, abs=ALPHA_POINT)


def test_two_dates_of_membership_make_no_point_in_time_book(gap: pl.DataFrame) -> None:
    difference = part(gap, "difference").values()
    reason = f"no month has a return of both {BOOK} and funnel_survivors"
    assert {(row["status"], row["estimate"], row["reason"]) for row in difference} == {
        ("insufficient", None, reason)
    }


def test_the_book_beside_the_funds_of_small_and_large_caps(
    books: pl.DataFrame, earned: pl.DataFrame, factors: pl.DataFrame
) -> None:
    compared = BookComparisons.validate(book_comparisons(earned, books, factors, RULES))
    size = compared.filter(
        (pl.col("term") == "SMB") & (pl.col("covariance") == "HAC") & (pl.col("status") == "estimated")
    )
    smaller = {(row["book"], row["other_book"]): row["difference"] for row in size.iter_rows(named=True)}
    assert smaller.keys() == {
        ("large_caps", "small_cap_value"),
        ("large_caps", "small_caps"),
        ("small_cap_value", "small_caps"),
    }
    # A fund of large caps loads least on size, one of the whole small-cap index most, and the book stands
    # between.
    assert smaller["large_caps", "small_cap_value"] < 0
    assert smaller["small_cap_value", "small_caps"] < 0
