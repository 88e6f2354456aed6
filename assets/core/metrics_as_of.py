"""core.metrics_as_of: each member's visible record and market values at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.metrics import market
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.metrics_as_of", by_year=True)
def metrics_as_of(
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    metrics_rules: MetricsRules,
    applicability: Applicability,
    stale_months: int,
    year: int,
) -> pl.DataFrame:
    """Take each member's record that was visible on each date, and value it at the price of that date.

    Lists of the years before serve to find splits.
    """
    is_own = pl.col("year") == year
    return market.metrics_as_of(
        members.filter(is_own),
        annual_metrics,
        prices,
        vendor_metrics,
        metrics_rules,
        stale_months,
        applicability,
        members.filter(~is_own),
    )
