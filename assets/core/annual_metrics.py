"""core.annual_metrics: every ratio that needs no market price, prior years as known then."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.metrics import annual
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.annual_metrics", by_year=True, together=True)
def annual_metrics(annual_fundamentals: pl.DataFrame, year: int, metrics_rules: MetricsRules) -> pl.DataFrame:
    """Compute the ratios of every record that became known in the year, prior years as known then."""
    return annual.annual_metrics(annual_fundamentals, metrics_rules).filter(pl.col("year") == year)
