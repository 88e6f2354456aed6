"""core.book_lines: the line that each ticker of a book means."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.books import lines
from smallcap.rules.types.books import Book


@table_asset("core.book_lines")
def book_lines(run: Run, securities: pl.DataFrame, book_rules: dict[str, Book]) -> pl.DataFrame:
    """Resolve the tickers on the day on which the book was chosen.

    One that nobody carried is kept, with the reason.
    """
    resolved = lines.book_lines(book_rules, run.source.name, run.source.book_tickers(), securities)
    unknown = resolved.filter(~pl.col("is_resolved"))
    if unknown.height:
        named = "; ".join(
            f"{book} {ticker}: {reason}"
            for book, ticker, reason in unknown.select("book", "ticker", "unresolved_reason").rows()
        )
        run.log.note_check("core.book_lines", "every_ticker_known", "warned", named, [])
    return resolved
