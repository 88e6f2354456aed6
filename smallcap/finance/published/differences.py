"""What published comparisons share: the difference to a figure or range, and words on home and record."""

from __future__ import annotations

import polars as pl

MADE_UP = "the companies of this home are made up"
NOT_PUBLISHED = "not published"


def difference() -> pl.Expr:
    """Return ours less the published figure; 0 within a published range, else to its nearer end."""
    low, ours = pl.col("published"), pl.col("ours")
    high = pl.coalesce("published_highest", "published")
    return (
        pl.when(ours < low)
        .then(ours - low)
        .when(ours > high)
        .then(ours - high)
        .when(low.is_not_null())
        .then(0.0 * ours)
    ).alias("difference")


def record_in_words() -> pl.Expr:
    """Say of which fiscal year our figure is, and since when it is known."""
    return pl.format(
        "ours is of the fiscal year to {}, known since {}{}",
        "period_end",
        "available_date",
        pl.when(pl.col("is_stale").fill_null(False)).then(pl.lit(" and stale")).otherwise(pl.lit("")),
    )
