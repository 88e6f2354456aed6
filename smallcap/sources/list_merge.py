"""Merges delivered lists of members with those that a home already has; pure functions.

A list is dated. A later list replaces an earlier one for an as_of; an earlier one, or none, does not replace
a later one. Lines that a list of the same date had before stay and are marked.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from smallcap.sources.merge import COMPARED_SCHEMA, MISSING, Merged

FIGURES: Final = ("market_value_usd", "price_usd", "quantity")
_KEY: Final = ["as_of", "security_id"]


def merged_lists(delivered: pl.DataFrame, stored: pl.DataFrame, today: dt.date) -> Merged:
    """Merge lists.

    Parameters
    ----------
    delivered
        Lines with our ids.
    stored
        Stored lines of the requested as_of dates with our ids, in the columns of `delivered` and
        `missing_since`.
    today
        The source's day.
    """
    came = delivered.group_by("as_of").agg(came="snapshot_date").with_columns(pl.col("came").list.max())
    had = stored.group_by("as_of").agg(had="snapshot_date").with_columns(pl.col("had").list.max())
    beside = stored.join(came, on="as_of", how="left", maintain_order="left")
    is_same_list = pl.col("came") == pl.col("snapshot_date")
    is_later = pl.col("came").is_null() | (pl.col("snapshot_date") > pl.col("came"))
    again = beside.join(delivered.select(_KEY), on=_KEY, how="anti").filter(is_same_list)
    kept = pl.concat([beside.filter(is_later), again]).drop("came")
    newer = delivered.join(had, on="as_of", how="left", maintain_order="left").filter(
        pl.col("had").is_null() | (pl.col("snapshot_date") >= pl.col("had"))
    )
    filled = _filled(newer.drop("had"), stored)
    return Merged(
        pl.concat(
            [
                filled.with_columns(pl.lit(None, dtype=pl.Date).alias(MISSING)),
                kept.with_columns(pl.col(MISSING).fill_null(today)).select(*filled.columns, MISSING),
            ]
        ),
        _compared(beside.filter(is_later | is_same_list), kept),
    )


def _filled(delivered: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Fill nulls with the figures that the list of the same date had before."""
    on = [*_KEY, "snapshot_date"]
    figures = stored.select(*on, *[pl.col(name).alias(f"{name}_before") for name in FIGURES]).unique(on)
    beside = delivered.join(figures, on=on, how="left", maintain_order="left")
    return beside.with_columns(pl.coalesce(name, f"{name}_before").alias(name) for name in FIGURES).select(
        delivered.columns
    )


def _compared(stored: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    lost = kept.select(*_KEY, is_lost=pl.lit(value=True)).unique(_KEY)
    return (
        stored.join(lost, on=_KEY, how="left", maintain_order="left")
        .with_columns(
            pl.col("is_lost").fill_null(value=False),
            id="security_id",
            name="ticker",
            data_year=pl.col("as_of").dt.year(),
            cells=pl.lit(0),
            cells_lost=pl.lit(0),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in COMPARED_SCHEMA.items())
    )
