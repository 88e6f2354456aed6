"""Mean market value over the months before a date: monthly price as traded x shares visible in the month."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.prices import is_positive, split_factors
from smallcap.finance.pointintime import visible


def mean_market_cap(
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    months: int,
    least_months: int,
    max_price_age_days: int,
) -> pl.Series:
    """Average each member's market value over the months that end with as_of.

    Parameters
    ----------
    members
        Rows with as_of, entity_id, security_id (the line whose price is used) and market_cap_usd.
    annual_metrics
        Rows of core.annual_metrics, for the share counts.
    prices
        Rows of raw.prices, going back `months` months.
    months, least_months
        Length of the window, and minimum number of its months with a market value.
    max_price_age_days
        Maximum age of split data at a price's date.

    Returns
    -------
    pl.Series
        In USD, one per member, in order. Null with fewer months, and if the market value at as_of itself is
        unknown, because the cause (an implausible share count, a stale price) affects earlier months too.
    """
    valued = _monthly_market_caps(members, annual_metrics, prices, max_price_age_days)
    asked = members.select("as_of", "entity_id", "security_id").with_row_index("member")
    windows = _windows(asked, months, valued)
    means = windows.group_by("member").agg(
        pl.col("month_cap_usd").mean().alias("mean_usd"), pl.col("month_cap_usd").count().alias("count")
    )
    enough = means.filter(pl.col("count") >= least_months)
    mean = asked.join(enough, on="member", how="left", maintain_order="left")["mean_usd"]
    return members.select(
        pl.when(pl.col("market_cap_usd").is_not_null()).then(mean).alias("mean_market_cap_usd")
    ).to_series()


def _monthly_market_caps(
    members: pl.DataFrame, annual_metrics: pl.DataFrame, prices: pl.DataFrame, max_price_age_days: int
) -> pl.DataFrame:
    """Compute each line's market value once per month, not once per date that looks back on the month."""
    lines = members.select("entity_id", "security_id").unique(maintain_order=True)
    months = (
        prices.filter(is_positive("close_usd"))
        .join(lines, on="security_id")
        .sort("entity_id", "security_id", "date")
    )
    asked = months.select("entity_id", "security_id", "date", "close_usd", pl.col("date").alias("price_date"))
    counts = annual_metrics.select(
        "entity_id", "period_end", "version", "source", "available_date", "shares", "shares_date"
    )
    seen = visible(counts, asked, horizon="date")
    factor = split_factors(seen, prices, max_price_age_days)["split_factor"]
    return seen.select(
        "entity_id",
        "security_id",
        "date",
        (pl.col("close_usd") * pl.col("shares") * factor).alias("month_cap_usd"),
    ).drop_nulls()


def _windows(asked: pl.DataFrame, months: int, valued: pl.DataFrame) -> pl.DataFrame:
    """Pair each member with the months of its line in the window that ends with as_of."""
    first = pl.col("as_of").dt.offset_by(f"-{months}mo")
    dates = asked.select("as_of").unique().join(valued.select("date").unique(), how="cross")
    inside = dates.filter(pl.col("date").is_between(first, pl.col("as_of"), closed="right"))
    return asked.join(inside, on="as_of").join(valued, on=["entity_id", "security_id", "date"])
