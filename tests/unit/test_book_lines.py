"""Which books a source can fill, and the line that each ticker means."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.books.lines import book_lines, books_frame
from smallcap.rules.types.books import Book
from smallcap.tables.books import BookLines, Books
from tests.unit.book_builders import BOOKS, SOURCE

CHOSEN = dt.date(2020, 6, 15)


def a_book(*tickers: str, **values: object) -> Book:
    given = {"first_month": "2019-01", "chosen_on": CHOSEN, **values}
    return Book("list", "made up", SOURCE, tickers=tickers, **given)  # type: ignore[arg-type]


def spells(*rows: tuple[int, str, str, str | None]) -> pl.DataFrame:
    """Rows of raw.securities: line, ticker, first and last day of the spell."""
    named = pl.DataFrame(rows, schema=["security_id", "ticker", "valid_from", "valid_to"], orient="row")
    return named.with_columns(
        pl.col("valid_from", "valid_to").cast(pl.String).str.to_date(),
        (pl.col("security_id") * 10).alias("entity_id"),
        pl.lit(SOURCE).alias("source"),
    )


def resolved(book: Book, securities: pl.DataFrame) -> dict[str, tuple[int | None, str | None]]:
    """The line of each ticker, and why there is none."""
    found = BookLines.validate(book_lines({"mine": book}, SOURCE, {}, securities))
    return {
        row["ticker"]: (row["security_id"], row["unresolved_reason"]) for row in found.iter_rows(named=True)
    }


def test_a_ticker_is_the_line_that_carries_it() -> None:
    found = book_lines({"mine": a_book("AAA")}, SOURCE, {}, spells((1, "AAA", "2010-01-01", None)))
    assert found.select("book", "ticker", "security_id", "entity_id", "weight", "is_resolved").rows() == [
        ("mine", "AAA", 1, 10, None, True)
    ]


def test_given_weights_stay_with_their_tickers() -> None:
    listed = spells((1, "AAA", "2010-01-01", None), (2, "BBB", "2010-01-01", None))
    found = book_lines({"mine": a_book("BBB", "AAA", weights=(0.7, 0.3))}, SOURCE, {}, listed)
    assert dict(found.select("ticker", "weight").iter_rows()) == {"AAA": 0.3, "BBB": 0.7}


@pytest.mark.parametrize("spelled", ["brk.b", "BRK-B", "BRK B", "BRK/B"])
def test_classes_of_shares_are_spelled_in_many_ways(spelled: str) -> None:
    assert resolved(a_book(spelled), spells((1, "BRKB", "2010-01-01", None))) == {spelled: (1, None)}


def test_an_unknown_ticker_is_named_with_its_reason() -> None:
    found = resolved(a_book("AAA", "ZZZ"), spells((1, "AAA", "2010-01-01", None)))
    reason = (
        "no line of the source carries or carried this ticker between 2019-01 and now, or when the "
        "list was fixed"
    )
    assert found == {"AAA": (1, None), "ZZZ": (None, reason)}


def test_a_ticker_last_carried_before_the_first_month_is_unknown() -> None:
    [(line, reason)] = resolved(
        a_book("AAA", last_month="2019-12"), spells((1, "AAA", "2010-01-01", "2018-12-31"))
    ).values()
    assert line is None
    assert reason is not None
    assert "between 2019-01 and 2019-12" in reason


def test_a_recycled_ticker_is_the_line_of_the_day_on_which_the_list_was_fixed() -> None:
    recycled = spells(
        (1, "AAA", "2010-01-01", "2019-05-31"),
        (2, "AAA", "2020-01-01", "2020-12-31"),
        (3, "AAA", "2021-01-01", None),
    )
    assert resolved(a_book("AAA"), recycled) == {"AAA": (2, None)}


def test_nobody_carrying_it_that_day_it_is_the_last_line_that_did() -> None:
    recycled = spells((3, "AAA", "2021-01-01", None), (1, "AAA", "2010-01-01", "2019-05-31"))
    assert resolved(a_book("AAA"), recycled) == {"AAA": (3, None)}
    assert resolved(a_book("AAA", last_month="2020-12"), recycled) == {"AAA": (1, None)}


def test_of_two_tickers_of_one_line_the_second_in_the_list_is_left_out() -> None:
    renamed = spells((1, "OLD", "2010-01-01", "2020-12-31"), (1, "NEW", "2021-01-01", None))
    assert resolved(a_book("OLD", "NEW"), renamed) == {
        "OLD": (1, None),
        "NEW": (None, "the same line as OLD, which the book names before it"),
    }
    assert resolved(a_book("NEW", "OLD"), renamed)["OLD"][0] is None


def test_books_of_other_sources_are_passed_over() -> None:
    assert Books.validate(books_frame(BOOKS, "sample", {}))["book"].to_list() == [
        "funnel_survivors",
        "funnel_survivors_any_business",
        "value_nonfinancial",
        "value_permitted",
        "value_unrestricted",
    ]
    assert "small_cap_value" in books_frame(BOOKS, "files", {})["book"]


def test_a_source_may_name_a_book_itself() -> None:
    named = {"sample_hindsight": ("AAA",)}
    assert "sample_hindsight" in books_frame(BOOKS, "sample", named)["book"]
    found = book_lines(BOOKS, "sample", named, spells((1, "AAA", "2010-01-01", None)))
    assert found.select("book", "ticker", "security_id").rows() == [("sample_hindsight", "AAA", 1)]


def test_a_book_in_a_row() -> None:
    frame = Books.validate(books_frame({"mine": a_book("AAA", last_month="2020-02")}, SOURCE, {}))
    [row] = frame.rows(named=True)
    assert (row["first_month"], row["last_month"]) == (dt.date(2019, 1, 31), dt.date(2020, 2, 29))
    assert (row["weighting"], row["is_formed_in_advance"], row["passed_over"]) == ("equal", False, None)


def test_survivors_have_no_first_month_and_name_what_they_pass_over_and_leave_out() -> None:
    rows = (
        books_frame(BOOKS, "sample", {})
        .select("book", "kind", "first_month", "is_formed_in_advance", "passed_over", "without_kinds")
        .rows()
    )
    assert rows == [
        ("funnel_survivors", "survivors", None, True, None, None),
        ("funnel_survivors_any_business", "survivors", None, True, "1", None),
        (
            *("value_nonfinancial", "survivors", None, True, "1,2,3,4,5"),
            "asset_manager,bank,broker_or_lender,insurer,mortgage_reit",
        ),
        ("value_permitted", "survivors", None, True, "2,3,4,5", None),
        ("value_unrestricted", "survivors", None, True, "1,2,3,4,5", None),
    ]
