"""marts.book_comparisons: every two books side by side."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.books import comparisons
from smallcap.rules.types.factors import FactorRules

SERIES = ("book", "month", "total_return")


@table_asset("marts.book_comparisons", columns={"book_returns": SERIES})
def book_comparisons(
    books: pl.DataFrame, book_returns: pl.DataFrame, factors: pl.DataFrame, factor_rules: FactorRules
) -> pl.DataFrame:
    """Compare loadings, test their differences, and mix the two."""
    return comparisons.book_comparisons(book_returns, books, factors, factor_rules)
