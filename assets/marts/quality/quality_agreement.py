"""marts.quality_agreement: how far other definitions of quality rank like the study's score."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality.alternatives import agreement
from smallcap.rules.types.quintiles import QuintileRules

SCORES = ("year", "as_of", "entity_id", "method", "basis", "status", "score")
VALUES = ("year", "as_of", "entity_id", *agreement.ALTERNATIVES)


@table_asset(
    "marts.quality_agreement",
    columns={"quality_scores": SCORES, "quality_alternatives": VALUES},
    where={"quality_scores": {"basis": "point_in_time", "status": "scored"}},
    by_year=True,
)
def quality_agreement(
    quality_scores: pl.DataFrame, quality_alternatives: pl.DataFrame, quintile_rules: QuintileRules
) -> pl.DataFrame:
    """Correlate the ranks, and count the companies in both top quintiles."""
    return agreement.quality_agreement(quality_scores, quality_alternatives, quintile_rules)
