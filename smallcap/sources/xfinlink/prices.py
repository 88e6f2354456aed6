"""Aggregates the vendor's daily rows to month-end rows of raw.prices."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from smallcap.sources.base import PRICES_COLUMNS
from smallcap.sources.xfinlink.answers import Topic
from smallcap.sources.xfinlink.client import NAME, XfinlinkClient
from smallcap.sources.xfinlink.questions import Dataset
from smallcap.sources.xfinlink.units import PRICES_READ

PRICES: Final = Dataset("prices", page_rows=5000, rows_per_year=253, settles_after=dt.timedelta(days=14))
"""A year has at most 253 sessions."""


def prices_topic(client: XfinlinkClient) -> Topic:
    """Return how prices are requested and read."""
    return Topic(PRICES, PRICES_READ, "date", client.prices, monthly_rows, ("entity_id", "date"))


def monthly_rows(served: pl.DataFrame) -> pl.DataFrame:
    """Aggregate daily rows to one row per line and month, in `PRICES_COLUMNS`.

    The return of a month is the product of 1 + return_daily over its sessions, less 1. It is null if a day
    has no return, as in the month in which a line starts trading. A blank split ratio means no split. Closes
    are those of the last session; the vendor adjusts the adjusted close for splits only. Volume is not asked
    for: every kept response would have to be fetched again.
    """
    return (
        served.sort("entity_id", "date")
        .group_by("entity_id", pl.col("date").dt.month_start().alias("month"), maintain_order=True)
        .agg(
            pl.col("date", "close", "adj_close").last(),
            pl.col("split_ratio").fill_null(1.0).product(),
            pl.when(pl.col("return_daily").is_not_null().all())
            .then(_compounded(pl.col("return_daily")))
            .alias("total_return"),
        )
        .select(
            pl.col("entity_id").cast(pl.String).alias("source_id"),
            "date",
            "split_ratio",
            "total_return",
            close_usd="close",
            adjusted_close_usd="adj_close",
            median_dollar_volume_usd=pl.lit(None),
            source=pl.lit(NAME),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in PRICES_COLUMNS.items())
    )


def _compounded(returns: pl.Expr) -> pl.Expr:
    """Compound returns: the product of 1 + r, less 1.

    The plain subtraction loses the last digits of a small return. With x the sum of log(1 + r), the same
    number is exp(x) - 1 = 2 t / (1 - t), t = tanh(x / 2), which keeps them.
    """
    half_growth = (returns.log1p().sum() / 2).tanh()
    return 2 * half_growth / (1 - half_growth)
