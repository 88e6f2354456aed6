"""marts.quality_summary: counts, medians, the ablation, and what became of the quintiles of a year before."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.graph import READS
from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.finance import quality_summary as summary
from smallcap.finance.quality_rules import QualityRules
from smallcap.rules import read_rules

SCORES = (
    *("year", "as_of", "entity_id", "ticker", "method", "basis", "is_final", "status", "exclusion_reason", "period_end"),
    *("roe", "fcf_margin", "debt_to_assets", "interest_coverage", "market_cap_usd", "score", "quintile"),
)
MEMBERS = ("year", "as_of", "entity_id", "security_id")
RECORDS = ("year", "entity_id", "period_end", "version", "source", "available_date", "net_income_usd", "debt_to_assets")
RETURNS = ("year", "security_id", "date", "total_return")


@table_asset("marts.quality_summary", columns={"quality_scores": SCORES, "members": MEMBERS, "annual_metrics": RECORDS, "prices": RETURNS})
def quality_summary(
    run: Run, quality_scores: pl.DataFrame, members: pl.DataFrame, annual_metrics: pl.DataFrame, prices: pl.DataFrame
) -> Rows:
    """Summarise the scores, quintile by quintile, also with one step of the method left out."""
    rules = read_rules(run.settings.reference_dir, "quality.toml", QualityRules)
    windows = READS["marts.quality_summary"]

    def some_years_at_a_time() -> Iterator[pl.DataFrame]:
        for years in run.blocks_of("marts.quality_summary"):
            yield summary.quality_summary(
                quality_scores.filter(pl.col("year").is_in(list(windows["marts.quality_scores"].around(years)))),
                members.filter(pl.col("year").is_in(list(windows["core.members"].around(years)))),
                annual_metrics.filter(pl.col("year").is_in(list(windows["core.annual_metrics"].around(years)))),
                prices.filter(pl.col("year").is_in(list(windows["raw.prices"].around(years)))),
                rules,
                years,
            )

    return Rows(some_years_at_a_time())
