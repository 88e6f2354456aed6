"""core.trailing_metrics: every ratio on the last twelve months and the latest balance sheet, day by day."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.trailing import metrics
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.trailing import TrailingRules


@table_asset("core.trailing_metrics", by_year=True)
def trailing_metrics(
    annual_fundamentals: pl.DataFrame,
    quarterly_fundamentals: pl.DataFrame,
    year: int,
    metrics_rules: MetricsRules,
    sanity_rules: SanityRules,
    trailing_rules: TrailingRules,
) -> pl.DataFrame:
    """Compute the rows of the days of the year on which a statement of a company became known."""
    return metrics.trailing_metrics(
        annual_fundamentals, quarterly_fundamentals, metrics_rules, sanity_rules, trailing_rules, year
    )
