"""marts.book_returns: what each book earned in each month."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.books import returns


@table_asset("marts.book_returns", by_year=True)
def book_returns(book_holdings: pl.DataFrame) -> pl.DataFrame:
    """Weigh the returns of the holdings; a month that is missing is left to the others."""
    return returns.book_returns(book_holdings)
