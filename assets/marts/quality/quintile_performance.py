"""marts.quintile_performance: whether the quality score could have forecast returns."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality.portfolios import performance
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.quintiles import QuintileRules


@table_asset("marts.quintile_performance")
def quintile_performance(
    quintile_returns: pl.DataFrame,
    factors: pl.DataFrame,
    quintile_rules: QuintileRules,
    factor_rules: FactorRules,
) -> pl.DataFrame:
    """Measure each portfolio over all months, before and after costs, and its alphas."""
    return performance.quintile_performance(quintile_returns, factors, quintile_rules, factor_rules)
