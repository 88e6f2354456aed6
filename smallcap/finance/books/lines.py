"""core.books and core.book_lines: the books a source can fill, and the line behind each ticker of a list."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.tickers import normalised
from smallcap.rules.types.books import LIST, Book, first_day
from smallcap.tables.books import BookLines, Books

EQUAL, GIVEN = "equal", "given"
PLACE = ["book", "place"]
LISTED = {"book": pl.String, "place": pl.Int64, "ticker": pl.String, "weight": pl.Float64}
PERIODS = {"book": pl.String, "chosen_on": pl.Date, "first_day": pl.Date, "last_day": pl.Date}


def books_frame(
    books: Mapping[str, Book], source_name: str, source_tickers: Mapping[str, tuple[str, ...]]
) -> pl.DataFrame:
    """List the books that a source can fill.

    Parameters
    ----------
    books
        The books by name, as defined in data/reference/.
    source_name
        The source of the lists of members. Books that name it in `not_in` are left out.
    source_tickers
        Tickers of the books whose names come from the source; such a book is left out if the source has none.

    Returns
    -------
    pl.DataFrame
        The columns of core.books, sorted by name.
    """
    rows = [
        {
            "book": name,
            "kind": book.kind,
            "weighting": GIVEN if book.weights else EQUAL,
            "first_month": first_day(book.first_month) if book.first_month else None,
            "last_month": first_day(book.last_month) if book.last_month else None,
            "chosen_on": book.chosen_on,
            "is_formed_in_advance": book.is_formed_in_advance,
            "has_claims": book.has_claims,
            "passed_over": ",".join(str(number) for number in sorted(book.passed_over)) or None,
            "without_kinds": ",".join(sorted(book.without_kinds)) or None,
            "description": book.description,
            "source": book.source,
        }
        for name, book in _filled(books, source_name, source_tickers).items()
    ]
    days = pl.DataFrame(rows, schema={name: column.dtype for name, column in Books.columns().items()})
    return in_columns_of(days.with_columns(pl.col("first_month", "last_month").dt.month_end()), Books).sort(
        "book"
    )


def book_lines(
    books: Mapping[str, Book],
    source_name: str,
    source_tickers: Mapping[str, tuple[str, ...]],
    securities: pl.DataFrame,
) -> pl.DataFrame:
    """Resolve each ticker of a fixed list to a line.

    Tickers are reused, so a ticker resolves to the line that carried it on the day the list was fixed, or
    else to the last line that carried it while the list is held. If two tickers resolve to one line, the
    second in the list's order is left unresolved.

    Parameters
    ----------
    books, source_name, source_tickers
        As for `books_frame`.
    securities
        Rows of raw.securities.

    Returns
    -------
    pl.DataFrame
        The columns of core.book_lines, one row per list and ticker, sorted by both.
    """
    lists = {
        name: book for name, book in _filled(books, source_name, source_tickers).items() if book.kind == LIST
    }
    listed, periods = _listed(lists), _periods(lists)
    found = listed.join(
        _carriers(listed, periods, securities), on=PLACE, how="left", maintain_order="left"
    ).sort(PLACE)
    is_repeated = pl.col("security_id").is_not_null() & ~pl.struct("book", "security_id").is_first_distinct()
    first_ticker = pl.col("ticker").first().over("book", "security_id")
    reason = (
        pl.when(pl.col("security_id").is_null())
        .then(_nobody_carried())
        .when(is_repeated)
        .then(pl.format("the same line as {}, which the book names before it", first_ticker))
    )
    judged = found.join(periods, on="book", maintain_order="left").with_columns(
        reason.alias("unresolved_reason")
    )
    is_resolved = pl.col("unresolved_reason").is_null()
    resolved = judged.with_columns(
        is_resolved.alias("is_resolved"), pl.when(is_resolved).then(pl.col("security_id", "entity_id"))
    )
    return in_columns_of(resolved, BookLines).sort("book", "ticker")


def _filled(
    books: Mapping[str, Book], source_name: str, source_tickers: Mapping[str, tuple[str, ...]]
) -> dict[str, Book]:
    """Select the books that the source can fill, with the tickers that it supplies itself."""
    known = {name: book for name, book in books.items() if source_name not in book.not_in}
    return {
        name: dataclasses.replace(book, tickers=source_tickers[name], tickers_from_source=False)
        if book.tickers_from_source
        else book
        for name, book in known.items()
        if not book.tickers_from_source or source_tickers.get(name)
    }


def _listed(lists: Mapping[str, Book]) -> pl.DataFrame:
    """Make one row per list and ticker, in the list's order."""
    rows = [
        (name, place, ticker, book.weights[place] if book.weights else None)
        for name, book in lists.items()
        for place, ticker in enumerate(book.tickers)
    ]
    return pl.DataFrame(rows, schema=LISTED, orient="row")


def _periods(lists: Mapping[str, Book]) -> pl.DataFrame:
    """Make one row per list: the day it was fixed, and the first and last day it is held."""
    rows = [
        (
            name,
            book.chosen_on,
            first_day(book.first_month),
            first_day(book.last_month) if book.last_month else None,
        )
        for name, book in lists.items()
    ]
    return pl.DataFrame(rows, schema=PERIODS, orient="row").with_columns(pl.col("last_day").dt.month_end())


def _carriers(listed: pl.DataFrame, periods: pl.DataFrame, securities: pl.DataFrame) -> pl.DataFrame:
    """Find the line of each ticker by choosing among the spells of the symbol."""
    own = ("security_id", "entity_id", "valid_from", "valid_to", "source")
    spells = securities.select(normalised(pl.col("ticker")).alias("symbol"), *own)
    named = listed.select(*PLACE, normalised(pl.col("ticker")).alias("symbol")).join(periods, on="book")
    newest_first = ["is_of_the_day", "valid_from", "valid_to"]
    order = [*PLACE, *newest_first, "source", "security_id"]
    return (
        named.join(spells, on="symbol")
        .with_columns(_lasts_over("chosen_on", "chosen_on").alias("is_of_the_day"))
        .filter(pl.col("is_of_the_day") | _lasts_over("first_day", "last_day"))
        # Nulls first: of two spells that began on the same day, the one without an end is newer.
        .sort(order, descending=[name in newest_first for name in order], nulls_last=False)
        .unique(PLACE, keep="first", maintain_order=True)
        .select(*PLACE, "security_id", "entity_id")
    )


def _lasts_over(first: str, last: str) -> pl.Expr:
    """Whether the spell overlaps the days from `first` to `last`, both included; a null bound is open."""
    begins_in_time = pl.col(last).is_null() | (pl.col("valid_from") <= pl.col(last))
    return begins_in_time & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col(first)))


def _nobody_carried() -> pl.Expr:
    end = (
        pl.when(pl.col("last_day").is_null())
        .then(pl.lit("now"))
        .otherwise(pl.col("last_day").dt.strftime("%Y-%m"))
    )
    begin = pl.col("first_day").dt.strftime("%Y-%m")
    return pl.format(
        "no line of the source carries or carried this ticker between {} and {}, or when the list was fixed",
        begin,
        end,
    )
