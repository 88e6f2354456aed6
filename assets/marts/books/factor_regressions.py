"""marts.factor_regressions: every book on every model, window and vintage."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.factors import book_regressions as regressions
from smallcap.rules.types.factors import FactorRules

SERIES = ("book", "month", "total_return")


@table_asset("marts.factor_regressions", columns={"book_returns": SERIES})
def factor_regressions(
    books: pl.DataFrame, book_returns: pl.DataFrame, factors: pl.DataFrame, factor_rules: FactorRules
) -> pl.DataFrame:
    """Regress each book's excess return on the factors, one vintage at a time."""
    return regressions.book_regressions(book_returns, books, factors, factor_rules)
