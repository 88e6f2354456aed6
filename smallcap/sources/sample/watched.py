"""The sample's watched names: companies that left the index and still trade."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

NAMES: Final = 3
LEFT_BY: Final = dt.date(2025, 6, 30)
"""A year before the clock, so that the newest dates have them as names outside of the index."""


def left_and_traded(
    constituents: pl.DataFrame, prices: pl.DataFrame, securities: pl.DataFrame
) -> tuple[str, ...]:
    """Choose the companies with a price in the last month that left the index last, by the middle of 2025.

    Parameters
    ----------
    constituents, prices, securities
        The sample's own datasets.

    Returns
    -------
    tuple of str
        Three different tickers as of the last month; fewer in a very small universe.
    """
    last = prices["date"].max()
    company = securities.select("source_id", "source_entity_id").unique()
    traded = prices.filter(pl.col("date") == last).select("source_id").join(company, on="source_id")
    listed = (
        constituents.join(company, on="source_id")
        .group_by("source_entity_id")
        .agg(pl.col("snapshot_date").max().alias("left_after"))
        .filter(pl.col("left_after") < LEFT_BY)
    )
    carried = securities.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") >= last))
    found = (
        traded.join(listed, on="source_entity_id")
        .join(carried.select("source_id", "ticker"), on="source_id")
        .sort("left_after", "source_entity_id", "source_id", descending=[True, False, False])
        .unique("source_entity_id", keep="first", maintain_order=True)
        .unique("ticker", keep="first", maintain_order=True)
    )
    return tuple(found["ticker"].head(NAMES).to_list())
