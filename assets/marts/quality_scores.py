"""marts.quality_scores: every member, scored or excluded with its reason."""

from __future__ import annotations

import polars as pl

from assets.graph import VISIBLE_LATER
from assets.run import Run
from assets.table_asset import table_asset
from smallcap.finance import quality
from smallcap.finance.quality_rules import QualityRules
from smallcap.rules import read_rules

# Two million rows of twenty years, four combinations each, would not fit in memory twice: some years at a time.
YEARS_AT_A_TIME = 5


@table_asset("marts.quality_scores")
def quality_scores(
    run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame, annual_metrics: pl.DataFrame, vendor_metrics: pl.DataFrame
) -> pl.DataFrame:
    """Score the members by both methods on both bases."""
    rules = read_rules(run.settings.reference_dir, "quality.toml", QualityRules)
    years = run.years_of("marts.quality_scores")
    parts = []
    for start in range(0, len(years), YEARS_AT_A_TIME):
        some = years[start : start + YEARS_AT_A_TIME]
        known = pl.col("year").is_in(list(VISIBLE_LATER.around(some)))
        parts.append(
            quality.quality_scores(
                members.filter(pl.col("year").is_in(some)),
                metrics_as_of.filter(pl.col("year").is_in(some)),
                annual_metrics.filter(known),
                vendor_metrics.filter(known),
                rules,
                run.source.clock,
                run.settings.stale_months,
            )
        )
    return pl.concat(parts)
