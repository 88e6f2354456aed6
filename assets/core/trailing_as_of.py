"""core.trailing_as_of: each member's latest balance sheet and trailing flows at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.metrics import trailing_as_of as latest
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.metrics import MetricsRules


@table_asset(
    "core.trailing_as_of",
    columns={"quarterly_fundamentals": ("year", *latest.STATEMENT_COLUMNS)},
    by_year=True,
)
def trailing_as_of(
    members: pl.DataFrame,
    trailing_metrics: pl.DataFrame,
    quarterly_fundamentals: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    metrics_rules: MetricsRules,
    applicability: Applicability,
    stale_months: int,
    year: int,
) -> pl.DataFrame:
    """Take each member's latest footing that was visible on each date, and value it at that date's price."""
    is_own = pl.col("year") == year
    return latest.trailing_as_of(
        members.filter(is_own),
        trailing_metrics,
        quarterly_fundamentals,
        metrics_as_of,
        prices,
        metrics_rules,
        stale_months,
        applicability,
        members.filter(~is_own),
    )
