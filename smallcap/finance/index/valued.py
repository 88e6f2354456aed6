"""Members with the figures used for the index anatomy; stale records are left out."""

from __future__ import annotations

import polars as pl

KEY = ["as_of", "entity_id"]
FIGURES = ("market_cap_usd", "net_income_usd", "shareholders_equity_usd", "revenue_usd", "dividend_yield")
RECORD_COLUMNS = (
    *KEY,
    "period_end",
    "available_date",
    "is_stale",
    "market_cap_reason",
    *FIGURES,
)
"""Columns read from core.metrics_as_of."""
STALE = "stale"


def valued_members(members: pl.DataFrame, metrics_as_of: pl.DataFrame) -> pl.DataFrame:
    """Join to each member the usable figures of its visible record.

    Parameters
    ----------
    members, metrics_as_of
        Rows of core.members, and of core.metrics_as_of for the same dates.

    Returns
    -------
    pl.DataFrame
        The members sorted by as_of and company, with `market_cap_usd`, `market_cap_reason`, `net_income_usd`,
        `shareholders_equity_usd`, `revenue_usd`, `dividends_usd`, `is_unprofitable`, `period_end` and
        `available_date`. Figures of a stale record are null; its dates are kept.
    """
    records = metrics_as_of.select(RECORD_COLUMNS)
    is_stale = pl.col("is_stale").fill_null(False)
    joined = members.sort(KEY).join(records, on=KEY, how="left", maintain_order="left")
    usable = joined.with_columns(
        *(pl.when(~is_stale).then(name).alias(name) for name in FIGURES),
        pl.when(is_stale).then(pl.lit(STALE)).otherwise("market_cap_reason").alias("market_cap_reason"),
    )
    dividends = pl.col("dividend_yield") * pl.col("market_cap_usd")
    return usable.with_columns(dividends_usd=dividends, is_unprofitable=pl.col("net_income_usd") <= 0)
