"""marts.quality_alternatives: each member by other definitions of quality."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality.alternatives import members as by_member
from smallcap.finance.quality.alternatives.records import METRIC_COLUMNS, STATEMENT_COLUMNS
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.quintiles import QuintileRules

MEMBERS = ("year", "as_of", "entity_id", "ticker", "is_financial")
AT_AS_OF = ("year", "as_of", "entity_id", "is_stale", "share_count_change")


@table_asset(
    "marts.quality_alternatives",
    columns={
        "members": MEMBERS,
        "metrics_as_of": AT_AS_OF,
        "annual_fundamentals": ("year", *STATEMENT_COLUMNS),
        "annual_metrics": ("year", *METRIC_COLUMNS),
    },
    by_year=True,
)
def quality_alternatives(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    metrics_rules: MetricsRules,
    quintile_rules: QuintileRules,
) -> pl.DataFrame:
    """Measure profitability, a composite, Piotroski's F, and financials by what means something for them."""
    return by_member.quality_alternatives(
        members, metrics_as_of, annual_fundamentals, annual_metrics, metrics_rules, quintile_rules
    )
