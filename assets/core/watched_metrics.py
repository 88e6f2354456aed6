"""core.watched_metrics: the visible record and market values of each watched name that is no member."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.metrics import market
from smallcap.finance.watched.rows import as_watched, outsiders
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.metrics import MetricsRules


@table_asset("core.watched_metrics", by_year=True)
def watched_metrics(
    watched_names: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    metrics_rules: MetricsRules,
    applicability: Applicability,
    stale_months: int,
) -> pl.DataFrame:
    """Take each name's record that was visible on each date, and value it at the price of that date.

    No list holds the names: their prices and share counts are those of the price source and the statements.
    """
    judged = outsiders(watched_names)
    measured = market.metrics_as_of(
        judged, annual_metrics, prices, vendor_metrics, metrics_rules, stale_months, applicability
    )
    return as_watched(measured, judged, "core.watched_metrics")
