"""marts.quality_summary: counts, medians, the ablation, and what became of the quintiles of a year before."""

from __future__ import annotations

import polars as pl

from assets.run import Run
from assets.table_asset import table_asset
from smallcap.finance import quality_summary as summary
from smallcap.finance.quality_rules import QualityRules
from smallcap.rules import read_rules


@table_asset("marts.quality_summary", columns={"prices": ("year", "security_id", "date", "total_return")})
def quality_summary(
    run: Run, quality_scores: pl.DataFrame, members: pl.DataFrame, annual_metrics: pl.DataFrame, prices: pl.DataFrame
) -> pl.DataFrame:
    """Summarise the scores, quintile by quintile, also with one step of the method left out."""
    rules = read_rules(run.settings.reference_dir, "quality.toml", QualityRules)
    return summary.quality_summary(quality_scores, members, annual_metrics, prices, rules, run.years_of("marts.quality_summary"))
