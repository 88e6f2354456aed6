"""core.trailing_metrics: ratios on trailing twelve months and the latest balance sheet."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.trailing import metrics
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.trailing import TrailingRules


@table_asset("core.trailing_metrics", by_year=True)
def trailing_metrics(
    annual_fundamentals: pl.DataFrame,
    quarterly_fundamentals: pl.DataFrame,
    metrics_rules: MetricsRules,
    trailing_rules: TrailingRules,
    year: int,
) -> pl.DataFrame:
    """Compose trailing flows and the latest balance sheet for each day on which anything became known."""
    return metrics.trailing_metrics(
        annual_fundamentals, quarterly_fundamentals, metrics_rules, trailing_rules, year
    )
