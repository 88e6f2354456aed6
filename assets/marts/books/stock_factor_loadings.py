"""marts.stock_factor_loadings: every member's own loadings over the sixty months to each as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.factors import stocks

MEMBERS = ("year", "as_of", "entity_id", "security_id")
RETURNS = ("year", "month", "security_id", "total_return")


@table_asset("marts.stock_factor_loadings", columns={"members": MEMBERS, "monthly_returns": RETURNS})
def stock_factor_loadings(
    run: Run, members: pl.DataFrame, monthly_returns: pl.DataFrame, factors_monthly: pl.DataFrame, factors: pl.DataFrame
) -> Rows:
    """Regress all lines of a year in one batched pass, on the newest vintage; a newer one remakes every year."""
    newest = run.five_factors(factors, factors_monthly)
    frames = {"members": members, "monthly_returns": monthly_returns}
    return Rows(
        stocks.stock_factor_loadings(own["members"], own["monthly_returns"], newest, run.factor_rules)
        for _, own in run.each_year("marts.stock_factor_loadings", **frames)
    )
