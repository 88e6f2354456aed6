"""marts.vintage_sensitivity: how a book's loadings depend on the factors' vintage and on the window."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.factors import vintages
from smallcap.rules.types.factors import FactorRules

SERIES = ("book", "month", "total_return")


@table_asset("marts.vintage_sensitivity", columns={"book_returns": SERIES})
def vintage_sensitivity(
    book_returns: pl.DataFrame, factors: pl.DataFrame, factor_rules: FactorRules
) -> pl.DataFrame:
    """Regress the same months under each stored vintage, and also each vintage's own months."""
    return vintages.vintage_sensitivity(book_returns, factors, factor_rules)
