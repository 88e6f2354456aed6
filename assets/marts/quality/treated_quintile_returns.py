"""marts.treated_quintile_returns: the quintile portfolios without suspect returns, and cut off."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.returns import quintile_treatments
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.rules.types.returns import ReturnRules

SCORES = ("year", "as_of", "method", "basis", "status", "entity_id", "sector", "score", "quintile")
MEMBERS = ("year", "as_of", "entity_id", "security_id")
VALUES = ("year", "as_of", "entity_id", "market_cap_usd")
RETURNS = ("year", "month", "security_id", "total_return")
DOUBTS = ("year", "month", "security_id", "is_return_suspect")


@table_asset(
    "marts.treated_quintile_returns",
    columns={
        "quality_scores": SCORES,
        "members": MEMBERS,
        "metrics_as_of": VALUES,
        "monthly_returns": RETURNS,
        "return_doubts": DOUBTS,
    },
    where={"quality_scores": {"basis": "point_in_time", "status": "scored"}},
    by_year=True,
)
def treated_quintile_returns(
    quality_scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    return_doubts: pl.DataFrame,
    year: int,
    quintile_rules: QuintileRules,
    return_rules: ReturnRules,
) -> pl.DataFrame:
    """Hold every portfolio as in marts.quintile_returns, by returns that are treated."""
    return quintile_treatments.treated_quintile_returns(
        quality_scores,
        members,
        metrics_as_of,
        monthly_returns,
        return_doubts,
        quintile_rules,
        return_rules,
        year,
    )
