"""core.watched_trailing: latest balance sheet and trailing flows of each watched name that is no member."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.metrics import trailing_as_of as latest
from smallcap.finance.watched.rows import as_watched, outsiders, with_stand_ins
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.metrics import MetricsRules


@table_asset(
    "core.watched_trailing",
    columns={"quarterly_fundamentals": ("year", *latest.STATEMENT_COLUMNS)},
    by_year=True,
)
def watched_trailing(
    watched_names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    trailing_metrics: pl.DataFrame,
    quarterly_fundamentals: pl.DataFrame,
    prices: pl.DataFrame,
    metrics_rules: MetricsRules,
    applicability: Applicability,
    stale_months: int,
) -> pl.DataFrame:
    """Take each name's latest footing that was visible on each date, and value it at that date's price."""
    judged = outsiders(watched_names)
    measured = latest.trailing_as_of(
        judged,
        trailing_metrics,
        quarterly_fundamentals,
        with_stand_ins(watched_metrics, judged),
        prices,
        metrics_rules,
        stale_months,
        applicability,
    )
    return as_watched(measured, judged, "core.watched_trailing")
