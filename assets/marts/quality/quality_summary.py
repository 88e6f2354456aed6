"""marts.quality_summary: counts, medians, the ablation, and what became of the quintiles of a year before."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality import summary
from smallcap.rules.types.quality import QualityRules

SCORES = (
    *(
        "year",
        "as_of",
        "entity_id",
        "ticker",
        "method",
        "basis",
        "is_final",
        "status",
        "exclusion_reason",
        "period_end",
    ),
    *("roe", "fcf_margin", "debt_to_assets", "interest_coverage", "market_cap_usd", "score", "quintile"),
)
MEMBERS = ("year", "as_of", "entity_id", "security_id")
RECORDS = (
    "year",
    "entity_id",
    "period_end",
    "version",
    "source",
    "available_date",
    "net_income_usd",
    "debt_to_assets",
)
RETURNS = ("year", "security_id", "date", "total_return")


@table_asset(
    "marts.quality_summary",
    columns={"quality_scores": SCORES, "members": MEMBERS, "annual_metrics": RECORDS, "prices": RETURNS},
    by_year=True,
)
def quality_summary(
    quality_scores: pl.DataFrame,
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    year: int,
    quality_rules: QualityRules,
) -> pl.DataFrame:
    """Summarise the scores, quintile by quintile, also with one step of the method left out."""
    return summary.quality_summary(quality_scores, members, annual_metrics, prices, quality_rules, [year])
