"""Mean market value over the months before a date: monthly price as traded x shares visible in the month."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.footing import SPLIT_ADJUSTED
from smallcap.finance.metrics.prices import is_positive, split_factors
from smallcap.finance.pointintime import take, visible, visible_rows


def mean_market_cap(
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    months: int,
    least_months: int,
    max_price_age_days: int,
) -> pl.Series:
    """Average each member's market value over the months that end with as_of.

    Each month's count is brought to the split basis of the month's price. Where the counts of a table are
    split-adjusted, it is the basis of as_of that is known (`core.metrics_as_of`), and the splits from the
    month to as_of are taken out of it.

    Parameters
    ----------
    members
        Rows with as_of, entity_id, security_id (the line whose price is used), market_cap_usd, shares and
        shares_footing.
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
    asked = (
        members.select("as_of", "entity_id", "security_id", "shares_footing")
        .with_row_index("member")
        .hstack([_adjustment(members, annual_metrics, prices, max_price_age_days)])
    )
    windows = _windows(asked, months, valued).with_columns(
        pl.when(pl.col("shares_footing") == SPLIT_ADJUSTED)
        .then(pl.col("adjusted_cap_usd") * pl.col("adjustment"))
        .otherwise("month_cap_usd")
        .alias("month_cap_usd")
    )
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
    up_to_month = split_factors(seen, prices, max_price_age_days)["split_factor"]
    after_month = _splits_after(seen, "date", prices, max_price_age_days)
    cap = pl.col("close_usd") * pl.col("shares")
    return seen.select(
        "entity_id",
        "security_id",
        "date",
        (cap * up_to_month).alias("month_cap_usd"),
        (cap / after_month).alias("adjusted_cap_usd"),
    ).drop_nulls()


def _adjustment(
    members: pl.DataFrame, annual_metrics: pl.DataFrame, prices: pl.DataFrame, max_price_age_days: int
) -> pl.Series:
    """Return the factor of adjusted counts: the count at as_of over the record's, times later splits."""
    record = take(annual_metrics.select("shares"), visible_rows(annual_metrics, members))["shares"]
    after = _splits_after(members, "as_of", prices, max_price_age_days)
    return (members["shares"] / record * after).alias("adjustment")


def _splits_after(rows: pl.DataFrame, day: str, prices: pl.DataFrame, max_price_age_days: int) -> pl.Series:
    """Multiply the known splits of each row's line after its day."""
    asked = rows.select(
        "security_id",
        pl.col(day).alias("shares_date"),
        pl.lit(prices["date"].max(), dtype=pl.Date).alias("price_date"),
    )
    return split_factors(asked, prices, max_price_age_days)["split_factor"]


def _windows(asked: pl.DataFrame, months: int, valued: pl.DataFrame) -> pl.DataFrame:
    """Pair each member with the months of its line in the window that ends with as_of."""
    first = pl.col("as_of").dt.offset_by(f"-{months}mo")
    dates = asked.select("as_of").unique().join(valued.select("date").unique(), how="cross")
    inside = dates.filter(pl.col("date").is_between(first, pl.col("as_of"), closed="right"))
    return asked.join(inside, on="as_of").join(valued, on=["entity_id", "security_id", "date"])
