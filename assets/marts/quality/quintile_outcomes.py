"""marts.quintile_outcomes: what became of the companies of each quintile, judged when it is known."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality import later_outcomes
from smallcap.rules.types.quintiles import QuintileRules

SCORES = ("year", "as_of", "method", "basis", "status", "entity_id", "quintile")
MEMBERS = ("year", "as_of", "entity_id")
CHANGES = ("year", "as_of", "entity_id", "change", "cause", "security_id")
CAUSES = ("security_id", "entity_id", "valid_from", "delisting_cause")
PRICES = ("year", "security_id", "date", "close_usd", "total_return")


@table_asset(
    "marts.quintile_outcomes",
    columns={
        "quality_scores": SCORES,
        "members": MEMBERS,
        "annual_metrics": ("year", *later_outcomes.RECORD),
        "index_changes": CHANGES,
        "prices": PRICES,
        "securities": CAUSES,
    },
    by_year=True,
)
def quintile_outcomes(
    quality_scores: pl.DataFrame,
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    index_changes: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    year: int,
    quintile_rules: QuintileRules,
) -> pl.DataFrame:
    """Follow each quintile until all should have reported, with bounds for those that have not."""
    return later_outcomes.quintile_outcomes(
        quality_scores, members, annual_metrics, index_changes, prices, securities, quintile_rules, [year]
    )
