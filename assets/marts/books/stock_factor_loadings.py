"""marts.stock_factor_loadings: every member's own loadings over the sixty months to each as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.factors import stocks
from smallcap.rules.types.factors import FactorRules

MEMBERS = ("year", "as_of", "entity_id", "security_id")
RETURNS = ("year", "month", "security_id", "total_return")


@table_asset(
    "marts.stock_factor_loadings", columns={"members": MEMBERS, "monthly_returns": RETURNS}, by_year=True
)
def stock_factor_loadings(
    members: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    factors: pl.DataFrame,
    factor_rules: FactorRules,
) -> pl.DataFrame:
    """Regress all lines of a date in one batched pass, on the newest vintage published by then."""
    return stocks.known_factor_loadings(members, monthly_returns, factors, factor_rules)
