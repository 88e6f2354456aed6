"""marts.quality_scores: every member, scored or excluded with its reason."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality import scores
from smallcap.finance.quality.inputs import TRAILING_COLUMNS
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.quality import QualityRules


@table_asset(
    "marts.quality_scores",
    columns={
        "metrics_as_of": ("year", "as_of", "entity_id", "market_cap_usd"),
        "trailing_as_of": ("year", "as_of", *TRAILING_COLUMNS),
    },
    by_year=True,
)
def quality_scores(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    quality_rules: QualityRules,
    applicability: Applicability,
    clock: dt.date,
    stale_months: int,
) -> pl.DataFrame:
    """Score the members by each method on each of its bases."""
    return scores.quality_scores(
        members,
        metrics_as_of,
        annual_metrics,
        vendor_metrics,
        quality_rules,
        clock,
        stale_months,
        applicability,
        trailing_as_of,
    )
