"""marts.quintile_returns: what portfolios of the quality quintiles earned, month by month."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.quality.portfolios import returns
from smallcap.rules.types.quintiles import QuintileRules

SCORES = ("year", "as_of", "method", "basis", "status", "entity_id", "sector", "score", "quintile")
MEMBERS = ("year", "as_of", "entity_id", "security_id")
VALUES = ("year", "as_of", "entity_id", "market_cap_usd")
RETURNS = ("year", "month", "security_id", "total_return")


@table_asset(
    "marts.quintile_returns",
    columns={
        "quality_scores": SCORES,
        "members": MEMBERS,
        "metrics_as_of": VALUES,
        "monthly_returns": RETURNS,
    },
    where={"quality_scores": {"basis": "point_in_time", "status": "scored"}},
    by_year=True,
)
def quintile_returns(
    quality_scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    year: int,
    quintile_rules: QuintileRules,
) -> pl.DataFrame:
    """Form portfolios from what was visible at a month's end, and hold them from the next month on."""
    return returns.quintile_returns(
        quality_scores, members, metrics_as_of, monthly_returns, quintile_rules, year
    )
