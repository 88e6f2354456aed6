"""core.return_doubts: extreme monthly returns, and what speaks against them."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.returns import doubts
from smallcap.rules.types.returns import ReturnRules

RETURNS = ("year", "month", "security_id", "total_return")
LISTS = ("year", "security_id", "snapshot_date", "quantity")
COUNTS = (
    "year",
    "entity_id",
    "period_end",
    "available_date",
    "shares_outstanding",
    "shares_outstanding_date",
    "shares_basic",
)
PRICES = ("year", "security_id", "date", "close_usd", "split_ratio")


@table_asset(
    "core.return_doubts",
    columns={"monthly_returns": RETURNS, "constituents": LISTS, "fundamentals": COUNTS, "prices": PRICES},
    by_year=True,
)
def return_doubts(
    monthly_returns: pl.DataFrame,
    constituents: pl.DataFrame,
    fundamentals: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    return_rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Flag extreme returns; a suspect one has evidence, with the day on which it could be known."""
    return doubts.return_doubts(
        monthly_returns, constituents, fundamentals, prices, securities, return_rules, year
    )
