"""The sample's hindsight book: stocks chosen by their returns up to the end of 2025, unknown before then."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

HINDSIGHT_BOOK: Final = "sample_hindsight"
"""Its name in data/reference/books.toml, which also defines its months."""

FORMED: Final = dt.date(2018, 12, 31)
SEEN_FROM: Final = dt.date(2025, 12, 31)
CHOSEN_ON: Final = dt.date(2026, 1, 31)
NAMES: Final = 12
BEST_SHARE: Final = 0.25


def hindsight_tickers(
    constituents: pl.DataFrame, prices: pl.DataFrame, securities: pl.DataFrame
) -> tuple[str, ...]:
    """Choose members of the end of 2018, evenly spread over the quarter with the best returns to end 2025.

    Parameters
    ----------
    constituents, prices, securities
        The sample's own datasets.

    Returns
    -------
    tuple of str
        Twelve different tickers as of January 2026; fewer in a very small universe.
    """
    listed = constituents.filter(pl.col("snapshot_date") == FORMED).select("source_id").unique()
    inside = prices.filter(pl.col("date").is_between(FORMED, SEEN_FROM, closed="right"))
    wealth = (
        inside.join(listed, on="source_id", how="semi")
        .group_by("source_id")
        .agg((pl.col("total_return").fill_null(0.0) + 1).product().alias("wealth"), pl.col("date").max())
        .filter(pl.col("date") == inside["date"].max())
    )
    named = securities.filter(
        (pl.col("valid_from") <= CHOSEN_ON)
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= CHOSEN_ON))
    )
    carried = wealth.join(named.select("source_id", "ticker"), on="source_id").sort(
        "wealth", "source_id", descending=[True, False]
    )
    best = carried.unique("ticker", keep="first", maintain_order=True).head(
        max(NAMES, round(carried.height * BEST_SHARE))
    )
    step = max(best.height // NAMES, 1)
    return tuple(best["ticker"].gather_every(step).head(NAMES).to_list())
