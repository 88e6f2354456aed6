"""core.annual_metrics: every ratio that needs no market price, prior years as known then."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.metrics import annual
from smallcap.rules.files import read_rules
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.annual_metrics")
def annual_metrics(run: Run, annual_fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Compute the ratios of every record that became known in the years that are made."""
    rules = read_rules(run.settings.reference_dir, "metrics.toml", MetricsRules)
    return pl.concat(
        annual.annual_metrics(own["annual_fundamentals"], rules).filter(pl.col("year") == year)
        for year, own in run.each_year("core.annual_metrics", annual_fundamentals=annual_fundamentals)
    )
