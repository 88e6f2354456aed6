"""core.monthly_returns: the known total returns, by line and month."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.factors import series
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.sources.calendar import last_complete_month

PRICES = ("close_usd", "adjusted_close_usd", "split_ratio")
RETURNS = ("year", "security_id", "date", "total_return", "source", *PRICES)


@table_asset("core.monthly_returns", columns={"prices": RETURNS}, by_year=True)
def monthly_returns(
    prices: pl.DataFrame, year: int, factor_rules: FactorRules, return_rules: ReturnRules, clock: dt.date
) -> pl.DataFrame:
    """Name each month by its last day; a month without a return, or one that is not over, has no row."""
    known = series.monthly_returns(prices, factor_rules.extreme_return, return_rules)
    return known.filter((pl.col("year") == year) & (pl.col("month") <= last_complete_month(clock)))
