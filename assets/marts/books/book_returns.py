"""marts.book_returns: what each book earned in each month."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.books import returns


@table_asset("marts.book_returns")
def book_returns(run: Run, book_holdings: pl.DataFrame) -> Rows:
    """Weigh the returns of the holdings; a month that is missing is left to the others."""
    return Rows(returns.book_returns(own["book_holdings"]) for _, own in run.each_year("marts.book_returns", book_holdings=book_holdings))
