"""marts.treated_experiment_returns: the experiment by treated returns, and with losses of delistings."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.returns import experiment_treatments
from smallcap.rules.types.returns import ReturnRules

MEMBERS = ("year", "as_of", "entity_id", "security_id", "sector")
METRICS = ("year", "as_of", "entity_id", "net_income_usd", "is_stale", "market_cap_usd")
RETURNS = ("year", "month", "security_id", "total_return")
PRICES = ("year", "security_id", "date", "close_usd")
LISTS = ("year", "security_id", "snapshot_date", "exchange")
CAUSES = ("security_id", "entity_id", "valid_from", "delisting_cause")
DOUBTS = ("year", "month", "security_id", "is_return_suspect")


@table_asset(
    "marts.treated_experiment_returns",
    columns={
        "members": MEMBERS,
        "metrics_as_of": METRICS,
        "monthly_returns": RETURNS,
        "return_doubts": DOUBTS,
        "prices": PRICES,
        "constituents": LISTS,
        "securities": CAUSES,
    },
    by_year=True,
)
def treated_experiment_returns(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    return_doubts: pl.DataFrame,
    prices: pl.DataFrame,
    constituents: pl.DataFrame,
    securities: pl.DataFrame,
    return_rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Hold every universe as in marts.experiment_returns, by returns that are treated."""
    return experiment_treatments.treated_experiment_returns(
        members,
        metrics_as_of,
        monthly_returns,
        return_doubts,
        prices,
        constituents,
        securities,
        return_rules,
        year,
    )
