"""Growth of the share count on one split footing: stored splits between the two counts are taken out."""

from __future__ import annotations

from itertools import product

import polars as pl

from smallcap.finance.metrics.footing import SPLIT_ADJUSTED, VINTAGES
from smallcap.finance.metrics.prices import split_bridges


def share_count_change(counted: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Divide the growth of each record's share count by the splits between its day and that of last year's.

    A split in the month of a count may be in the count or not: of the factors that are possible, the one is
    taken that leaves the smallest change. So it is where an earlier version shows that the record's count
    was restated for later splits. In a table that its source adjusts for splits both counts have the same
    footing, and nothing is divided.

    Parameters
    ----------
    counted
        Rows with `security_id`, `share_count_change` as filed, `shares_date`, `shares_prior_date`,
        `shares_footing` and `shares_footing_basis`.
    prices
        Rows of raw.prices.
    max_age_days
        Split data that end more than this before the later count leave the change unchecked.

    Returns
    -------
    pl.DataFrame
        One row per row given, in order: `share_count_change` and `is_share_count_change_unchecked`, null
        without a change.
    """
    asked = counted.select(
        "security_id", pl.col("shares_prior_date").alias("from"), pl.col("shares_date").alias("to")
    )
    bridges = split_bridges(asked, prices, max_age_days)
    rows = counted.select("share_count_change", "shares_footing", "shares_footing_basis").hstack(bridges)
    is_restated = (pl.col("shares_footing_basis") == VINTAGES).fill_null(False)
    is_adjusted = ((pl.col("shares_footing") == SPLIT_ADJUSTED) & ~is_restated).fill_null(False)
    growth = 1 + pl.col("share_count_change")
    nearest = _nearest([growth / factor for factor in _factors()])
    restated = _nearest([growth / factor for factor in (pl.lit(1.0), *_factors())])
    change = (
        pl.when(is_adjusted)
        .then("share_count_change")
        .when(is_restated)
        .then(restated - 1)
        .otherwise(nearest - 1)
    )
    is_unchecked = pl.col("is_unchecked") & ~is_adjusted
    has_change = pl.col("share_count_change").is_not_null()
    return rows.select(
        change.alias("share_count_change"),
        pl.when(has_change).then(is_unchecked).alias("is_share_count_change_unchecked"),
    )


def _factors() -> list[pl.Expr]:
    """Return every split factor from the earlier count to the later one that the months allow."""
    first, last = (pl.col(name).fill_null(1.0) for name in ("ratio_in_first_month", "ratio_in_last_month"))
    choices = product((pl.lit(1.0), first), (pl.lit(1.0), last))
    return [pl.col("split_factor") / earlier * later for earlier, later in choices]


def _nearest(growths: list[pl.Expr]) -> pl.Expr:
    """Return the growth nearest to 1 by its logarithm; the first of equals."""
    distances = [growth.log().abs() for growth in growths]
    least = pl.min_horizontal(distances)
    return pl.coalesce(
        pl.when(distance == least).then(growth) for distance, growth in zip(distances, growths, strict=True)
    )
