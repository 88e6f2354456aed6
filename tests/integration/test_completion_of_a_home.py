"""Completion in the shell of what a home has published: symbols, dates, books."""

from __future__ import annotations

from pathlib import Path

from tests.command_line import completed, published


def test_symbols_are_completed_in_the_letters_in_which_they_were_begun(small_home: Path):
    known = published(
        small_home, "SELECT DISTINCT ticker FROM raw.securities WHERE ticker LIKE 'A%' ORDER BY ticker"
    )["ticker"].tolist()
    assert known
    assert completed("smallcap why A", home=small_home) == (known, "")
    lower = [ticker.lower() for ticker in known]
    assert completed("smallcap compare XXX a", home=small_home)[0] == lower
    assert completed(f"smallcap screen --home {small_home} A")[0] == known


def test_dates_are_completed_with_the_newest_first(small_home: Path):
    known = published(small_home, "SELECT DISTINCT as_of FROM core.members ORDER BY as_of DESC")["as_of"]
    expected = [str(date.date()) for date in known]
    assert completed("smallcap funnel --as-of ", home=small_home) == (expected, "")
    assert completed("smallcap why A --as-of 1999", home=small_home) == ([], "")


def test_books_are_completed(small_home: Path):
    known = published(small_home, "SELECT book FROM core.books ORDER BY book")["book"].tolist()
    assert completed("smallcap regress ", home=small_home) == (known, "")
