"""core.books: the books that the source can fill."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.books import lines
from smallcap.rules.types.books import Book


@table_asset("core.books")
def books(run: Run, book_rules: dict[str, Book]) -> pl.DataFrame:
    """Read the books of data/reference; those whose names the source cannot know are left out."""
    return lines.books_frame(book_rules, run.source.name, run.source.book_tickers())
