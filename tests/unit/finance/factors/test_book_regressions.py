"""Which windows and vintages a book is regressed over, and what stands where factors or returns are
missing.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.factors.book_regressions import book_regressions
from smallcap.finance.factors.regression import COLUMNS, regress
from smallcap.finance.factors.series import factors_of
from smallcap.tables.factor_regressions import FactorRegressions
from tests.unit.finance.factors.factor_builders import RULES, factor_file, months, returns_on

EARLY, LATE = (
    factor_file("FF5", vintage, months("2015-01", count), seed)
    for vintage, count, seed in [("202407", 115, 1), ("202511", 131, 2)]
)
RAW = pl.concat([EARLY, LATE, factor_file("MOM", "202407", months("2010-01", 175), seed=3)])
RETURNS = (
    returns_on(LATE, mkt_rf=1.0, smb=0.5)
    .filter(pl.col("month") >= dt.date(2019, 1, 31))
    .with_columns(book=pl.lit("list"))
)
BOOKS = pl.DataFrame({"book": ["list", "empty"], "is_formed_in_advance": [False, True]})


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    found = book_regressions(RETURNS, BOOKS, RAW, RULES)
    FactorRegressions.validate(found)
    return found


def windows(rows: pl.DataFrame, book: str, model: str) -> dict[tuple[str, str], tuple[dt.date, dt.date, int]]:
    chosen = rows.filter(
        pl.col("book") == book,
        pl.col("model") == model,
        pl.col("term") == "alpha",
        pl.col("covariance") == "HAC",
    )
    return {
        (row["window"], row["vintage"]): (row["first_month"], row["last_month"], row["n_obs"])
        for row in chosen.iter_rows(named=True)
    }


def test_windows_of_a_book(rows):
    start = dt.date(2019, 1, 31)
    assert windows(rows, "list", "FF5") == {
        ("full", "202407"): (start, dt.date(2024, 7, 31), 67),
        ("trailing_60", "202407"): (dt.date(2019, 8, 31), dt.date(2024, 7, 31), 60),
        ("full", "202511"): (start, dt.date(2025, 11, 30), 83),
        ("trailing_60", "202511"): (dt.date(2020, 12, 31), dt.date(2025, 11, 30), 60),
        ("year_2021", "202511"): (start, dt.date(2021, 12, 31), 36),
        ("year_2022", "202511"): (start, dt.date(2022, 12, 31), 48),
        ("year_2023", "202511"): (start, dt.date(2023, 12, 31), 60),
        ("year_2024", "202407"): (dt.date(2020, 1, 31), dt.date(2024, 7, 31), 55),
    }


def test_a_year_is_regressed_on_the_vintage_published_by_its_end(rows):
    # 202407 was published by 2024-09-30; before, and for 2023, the newest of all stands in.
    december = returns_on(LATE, mkt_rf=1.0).with_columns(book=pl.lit("list"))
    found = book_regressions(december, BOOKS.head(1), RAW, RULES).filter(
        pl.col("window").str.starts_with("year"), pl.col("model") == "FF5", pl.col("term") == "alpha"
    )
    known = {row["window"]: row for row in found.iter_rows(named=True)}
    assert (known["year_2023"]["vintage"], known["year_2023"]["is_vintage_later"]) == ("202511", True)
    assert (known["year_2024"]["vintage"], known["year_2024"]["is_vintage_later"]) == ("202407", False)
    # The vintage ends in July, so the window has 55 of its 60 months.
    assert (known["year_2024"]["last_month"], known["year_2024"]["n_obs"]) == (dt.date(2024, 7, 31), 55)
    assert not rows.filter(~pl.col("window").str.starts_with("year"))["is_vintage_later"].any()


def test_a_year_ends_with_december_even_where_the_book_ends_with_it():
    until = RETURNS.filter(pl.col("month") <= dt.date(2022, 12, 31))
    found = windows(book_regressions(until, BOOKS.head(1), RAW, RULES), "list", "FF5")
    assert [window for window, _ in found if window.startswith("year")] == ["year_2021", "year_2022"]


def test_a_window_is_sixty_calendar_months_and_not_sixty_returns():
    holes = RETURNS.filter(~pl.col("month").is_between(dt.date(2023, 1, 31), dt.date(2023, 6, 30)))
    found = windows(book_regressions(holes, BOOKS.head(1), RAW, RULES), "list", "FF5")
    assert found["trailing_60", "202511"] == (dt.date(2020, 12, 31), dt.date(2025, 11, 30), 54)


def test_momentum_pairs_the_newest_vintage_that_both_files_have(rows):
    assert {vintage for _, vintage in windows(rows, "list", "FF5+MOM")} == {"202407"}


def test_a_window_is_one_regression(rows):
    factors = factors_of(RAW, "FF5", RULES)
    assert factors is not None
    alone = regress(
        RETURNS.filter(pl.col("month").is_between(dt.date(2019, 1, 1), dt.date(2023, 12, 31))), factors, RULES
    )
    assert (
        rows.filter(pl.col("book") == "list", pl.col("window") == "year_2023", pl.col("model") == "FF5")
        .select(*COLUMNS)
        .equals(alone)
    )


def test_a_model_without_a_vintage_says_which_files_it_lacks(rows):
    three = rows.filter(pl.col("model") == "FF3")
    assert three.select("vintage", "status").unique().rows() == [("none", "insufficient")]
    assert set(three["window"]) == {"full", "trailing_60"}
    assert three["reason"].str.contains("FF3", literal=True).all()


def test_a_book_without_returns_has_rows_without_numbers(rows):
    found = windows(rows, "empty", "FF5")
    assert set(found) == {
        (window, vintage) for window in ("full", "trailing_60") for vintage in ("202407", "202511")
    }
    assert set(found.values()) == {(None, None, 0)}


def test_only_a_book_formed_in_advance_is_marked_so(rows):
    assert set(rows.select("book", "is_formed_in_advance").unique().rows()) == {
        ("list", False),
        ("empty", True),
    }


def test_no_book_has_no_rows():
    assert book_regressions(RETURNS.clear(), BOOKS.clear(), RAW, RULES).is_empty()
