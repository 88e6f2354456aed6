"""Which company a watched ticker means, and when it is a member."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.watched.names import NO_STATEMENTS, NOBODY, watched_names
from smallcap.finance.watched.rows import without_watched
from smallcap.rules.types.watchlist import WatchedName
from smallcap.tables.watched import WatchedNames
from tests.unit.finance.builders import KINDS, METRICS, table

MAY, JUNE = dt.date(2025, 5, 31), dt.date(2025, 6, 30)
SEDAR = "annual financial statements on SEDAR+ (Canada)"


def watched(ticker: str, **values: str) -> WatchedName:
    return WatchedName(ticker=ticker, reason="a candidate", source="a book", **values)


def lines(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of raw.securities: line n hundred of company n, that carries its ticker since 2010."""
    named = [
        {"security_id": 100 * n, "entity_id": n, "source_entity_id": str(n), **row}
        for n, row in enumerate(rows, start=1)
    ]
    flags = {"is_resolved": True, "is_resolution_later": False, "is_resolution_corrected": False}
    return table("raw.securities", named, source="test", valid_from=dt.date(2010, 1, 1), **flags)


def listed(*rows: tuple[dt.date, int]) -> pl.DataFrame:
    """Rows of core.members: dates and companies."""
    return table(
        "core.members",
        [{"as_of": as_of, "entity_id": number} for as_of, number in rows],
        index_name="russell2000",
    )


def names(
    *watchlist: WatchedName,
    securities: pl.DataFrame,
    members: pl.DataFrame | None = None,
    books: tuple[dict[str, object], ...] = (),
) -> list[dict[str, object]]:
    found = watched_names(
        listed((MAY, 9)) if members is None else members,
        table("core.book_lines", list(books)),
        securities,
        watchlist,
        "test",
        METRICS,
        KINDS,
    )
    return WatchedNames.validate(found).to_dicts()


def test_a_watched_company_is_a_member_only_on_the_dates_of_its_membership() -> None:
    found = names(watched("AAA"), securities=lines({"ticker": "AAA"}), members=listed((MAY, 1), (JUNE, 9)))
    assert [(row["as_of"], row["ticker"], row["entity_id"], row["is_member"]) for row in found] == [
        (MAY, "AAA", 1, True),
        (JUNE, "AAA", 1, False),
    ]


def test_a_reused_ticker_means_the_line_that_carries_it_now() -> None:
    former = {"ticker": "AAA", "valid_to": dt.date(2015, 1, 1)}
    later = {"ticker": "AAA", "valid_from": dt.date(2016, 1, 1)}
    (row,) = names(watched("AAA"), securities=lines(former, later))
    assert row["entity_id"] == 2


def test_a_line_of_another_company_is_not_meant() -> None:
    (row,) = names(
        watched("AAON", company="AAON"), securities=lines({"ticker": "AAON", "name": "Amazing Ones Inc"})
    )
    assert (row["entity_id"], row["unresolved_reason"], row["is_member"]) == (None, NOBODY, False)


def test_a_line_without_a_name_is_taken() -> None:
    (row,) = names(watched("EXPD", company="EXPEDITORS"), securities=lines({"ticker": "EXPD"}))
    assert row["entity_id"] == 1


def test_a_ticker_that_nobody_carries_keeps_its_row_and_says_which_filing_is_missing() -> None:
    (row,) = names(watched("CGY", missing_filing=SEDAR), securities=lines({"ticker": "AAA"}))
    assert (row["ticker"], row["is_resolved"], row["missing_filing"]) == ("CGY", False, SEDAR)
    assert row["unresolved_reason"] == NO_STATEMENTS


def test_the_names_of_books_are_watched_too_by_the_line_that_the_book_means() -> None:
    found = names(
        watched("AAA"),
        securities=lines({"ticker": "AAA"}, {"ticker": "BBB"}),
        books=(
            {"book": "mine", "ticker": "AAA", "security_id": 100, "entity_id": 1},
            {"book": "mine", "ticker": "B.BB", "security_id": 200, "entity_id": 2},
            {"book": "other", "ticker": "GONE", "unresolved_reason": "nobody"},
        ),
    )
    assert [(row["ticker"], row["entity_id"], row["watched_by"]) for row in found] == [
        ("AAA", 1, "watchlist; book mine"),
        ("BBB", 2, "book mine"),
        ("GONE", None, "book other"),
    ]


def test_a_company_watched_by_two_tickers_has_one_row() -> None:
    two_classes = lines({"ticker": "AAA"}, {"ticker": "AAB", "entity_id": 1})
    (row,) = names(watched("AAA"), watched("AAB"), securities=two_classes)
    assert row["ticker"] == "AAA"


def test_a_name_that_the_source_cannot_know_is_left_out() -> None:
    assert names(watched("AAA", not_in="test"), securities=lines({"ticker": "AAA"})) == []


def test_a_home_without_members_has_no_watched_names() -> None:
    empty = table("core.members", []).clear()
    assert names(watched("AAA"), securities=lines({"ticker": "AAA"}), members=empty) == []


def test_random_books_are_not_drawn_from_lines_that_are_only_watched() -> None:
    found = table(
        "core.watched_names",
        [
            {"as_of": MAY, "ticker": "ONLY", "security_id": 1, "is_member": False, "watched_by": "watchlist"},
            {
                "as_of": MAY,
                "ticker": "BOOK",
                "security_id": 2,
                "is_member": False,
                "watched_by": "watchlist; book a",
            },
            {
                "as_of": MAY,
                "ticker": "LATER",
                "security_id": 3,
                "is_member": False,
                "watched_by": "watchlist",
            },
            {
                "as_of": JUNE,
                "ticker": "LATER",
                "security_id": 3,
                "is_member": True,
                "watched_by": "watchlist",
            },
            {
                "as_of": MAY,
                "ticker": "NONE",
                "security_id": None,
                "is_member": False,
                "watched_by": "watchlist",
            },
        ],
    )
    # Line 5 is another share class of the company of line 1.
    lines = pl.DataFrame({"security_id": [1, 2, 3, 4, 5], "entity_id": [10, 20, 30, 40, 10]})
    returns = pl.DataFrame({"security_id": [5, 4, 3, 2, 1], "total_return": [0.5, 0.4, 0.3, 0.2, 0.1]})
    assert without_watched(returns, found, lines)["security_id"].to_list() == [4, 3, 2]
