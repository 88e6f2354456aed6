"""marts.treated_experiment_returns: the experiment's monthly returns without suspects, and cut off."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.returns import experiment_treatments
from smallcap.rules.types.returns import ReturnRules

MEMBERS = ("year", "as_of", "entity_id", "security_id", "sector")
METRICS = ("year", "as_of", "entity_id", "net_income_usd", "is_stale", "market_cap_usd")
RETURNS = ("year", "month", "security_id", "total_return")
DOUBTS = ("year", "month", "security_id", "is_return_suspect")


@table_asset(
    "marts.treated_experiment_returns",
    columns={
        "members": MEMBERS,
        "metrics_as_of": METRICS,
        "monthly_returns": RETURNS,
        "return_doubts": DOUBTS,
    },
    by_year=True,
)
def treated_experiment_returns(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    return_doubts: pl.DataFrame,
    return_rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Hold every universe as in marts.experiment_returns, by returns that are treated."""
    return experiment_treatments.treated_experiment_returns(
        members, metrics_as_of, monthly_returns, return_doubts, return_rules, year
    )
