"""marts.watched_scores: watched names by the quality screen, placed among the scored members."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.watched import scores
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.quality import QualityRules


@table_asset("marts.watched_scores", by_year=True)
def watched_scores(
    watched_names: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    watched_trailing: pl.DataFrame,
    quality_scores: pl.DataFrame,
    quality_rules: QualityRules,
    applicability: Applicability,
    clock: dt.date,
    stale_months: int,
) -> pl.DataFrame:
    """Score the names that are no members by each method on each of its bases; none of them moves an edge."""
    return scores.watched_scores(
        watched_names,
        watched_metrics,
        annual_metrics,
        vendor_metrics,
        quality_scores,
        quality_rules,
        clock,
        stale_months,
        applicability,
        watched_trailing,
    )
