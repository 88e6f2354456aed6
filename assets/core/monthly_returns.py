"""core.monthly_returns: the known total returns, by line and month."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.factors import series
from smallcap.sources.calendar import last_complete_month

RETURNS = ("year", "security_id", "date", "total_return", "source")


@table_asset("core.monthly_returns", columns={"prices": RETURNS})
def monthly_returns(run: Run, prices: pl.DataFrame) -> Rows:
    """Name each month by its last day; a month without a return, or one that is not over, has no row."""
    limit, last = run.factor_rules.extreme_return, last_complete_month(run.source.clock)
    return Rows(
        series.monthly_returns(own["prices"], limit).filter((pl.col("year") == year) & (pl.col("month") <= last))
        for year, own in run.each_year("core.monthly_returns", prices=prices)
    )
