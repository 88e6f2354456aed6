"""core.annual_metrics: every ratio that needs no market price, prior years as known then."""

from __future__ import annotations

import polars as pl

from assets.run import Run
from assets.table_asset import table_asset
from smallcap.finance import annual
from smallcap.finance.rule_sets import MetricsRules
from smallcap.rules import read_rules


@table_asset("core.annual_metrics")
def annual_metrics(run: Run, annual_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Compute the ratios of every record that became known in the years that are made."""
    metrics = annual.annual_metrics(annual_fundamentals, read_rules(run.settings.reference_dir, "metrics.toml", MetricsRules))
    return metrics.filter(pl.col("year").is_in(run.years_of("core.annual_metrics")))
