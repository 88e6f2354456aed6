"""What speaks against a monthly return: a count that moved by the inverse ratio, or another price.

Each function returns one row per examined month and line for which it has data, with the columns of the month
(`month`, `security_id`), the ratio that it found, and the date on which it could be known.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from smallcap.rules.types.returns import SuspectRules

MONTH: Final = ["month", "security_id"]
COUNTS: Final = ("shares_outstanding", "shares_basic")
"""Share counts in order of preference; a move is never taken between two kinds."""


def holding_moves(examined: pl.DataFrame, lists: pl.DataFrame, rules: SuspectRules) -> pl.DataFrame:
    """Compare the fund's holding before and after the month, relative to the median of the same two lists.

    Parameters
    ----------
    examined
        Columns month and security_id.
    lists
        Rows of raw.constituents: security_id, snapshot_date, quantity.
    rules
        Days between a month and a list.

    Returns
    -------
    pl.DataFrame
        `holding_move`, the later holding over the earlier, and `holding_date`, that of the later list.
    """
    positive = lists.filter(pl.col("quantity") > 0).select("security_id", "snapshot_date", "quantity")
    held = positive.unique(["security_id", "snapshot_date"], keep="first", maintain_order=True)
    pairs = _around(examined, held, "snapshot_date", rules.max_list_days).with_columns(
        (pl.col("quantity_after") / pl.col("quantity_before")).alias("move")
    )
    return pairs.join(_median_moves(pairs, held), on=["date_before", "date_after"]).select(
        *MONTH, (pl.col("move") / pl.col("median")).alias("holding_move"), holding_date="date_after"
    )


def count_moves(
    examined: pl.DataFrame, fundamentals: pl.DataFrame, companies: pl.DataFrame, rules: SuspectRules
) -> pl.DataFrame:
    """Compare the company's share counts before and after the month, as they were first known.

    Parameters
    ----------
    examined
        Columns month and security_id.
    fundamentals
        Rows of raw.fundamentals: entity_id, period_end, available_date and the counts.
    companies
        Columns security_id and entity_id.
    rules
        Days between a month and a count.

    Returns
    -------
    pl.DataFrame
        `count_move`, the later count over the earlier, and `count_date`, on which the later became known.
    """
    wanted = examined.select(MONTH).join(companies, on="security_id")
    found = [_moves_of(wanted, fundamentals, count, rules) for count in COUNTS]
    return pl.concat(found).unique(MONTH, keep="first", maintain_order=True)


def traded_ratios(examined: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Compare the closes as traded of the month and the month before, with the splits between.

    Parameters
    ----------
    examined
        Columns month and security_id.
    prices
        Rows of raw.prices: security_id, date, close_usd, split_ratio.

    Returns
    -------
    pl.DataFrame
        `traded_ratio`, only where both closes and the splits are known; known at the month's end.
    """
    month = pl.col("date").dt.month_end()
    closes = prices.filter(pl.col("close_usd") > 0).select(
        "security_id", "close_usd", "split_ratio", month.alias("month")
    )
    before = closes.select(
        "security_id", close_before="close_usd", month=pl.col("month").dt.offset_by("1d").dt.month_end()
    )
    ratio = pl.col("close_usd") * pl.col("split_ratio") / pl.col("close_before")
    both = examined.select(MONTH).join(closes, on=MONTH).join(before, on=MONTH)
    return both.select(*MONTH, ratio.alias("traded_ratio")).drop_nulls()


def _moves_of(
    wanted: pl.DataFrame, fundamentals: pl.DataFrame, count: str, rules: SuspectRules
) -> pl.DataFrame:
    """Compare one kind of count; the count's own day is known for shares outstanding only."""
    dated = (
        pl.coalesce("shares_outstanding_date", "period_end") if count == COUNTS[0] else pl.col("period_end")
    )
    first = (
        fundamentals.filter(pl.col(count) > 0)
        .select("entity_id", "available_date", dated.alias("count_day"), pl.col(count).alias("quantity"))
        .sort("entity_id", "count_day", "available_date", "quantity")
        .unique(["entity_id", "count_day"], keep="first", maintain_order=True)
    )
    pairs = _around(wanted, first, "count_day", rules.max_count_days, by="entity_id")
    move = pl.col("quantity_after") / pl.col("quantity_before")
    return pairs.select(*MONTH, move.alias("count_move"), count_date="available_date_after")


def _around(
    months: pl.DataFrame, dated: pl.DataFrame, day: str, most_days: int, by: str = "security_id"
) -> pl.DataFrame:
    """Join the last row of `dated` before each month begins, and the first from its end on.

    Months without both are left out. Columns of `dated` get the suffixes `_before` and `_after`.
    """
    tolerance = dt.timedelta(days=most_days)
    sides = {}
    for suffix in ("before", "after"):
        renamed = dated.rename({name: f"{name}_{suffix}" for name in dated.columns if name != by})
        sides[suffix] = renamed.with_columns(pl.col(f"{day}_{suffix}").alias(f"date_{suffix}")).sort(
            f"date_{suffix}"
        )
    return (
        months.with_columns(
            pl.col("month").dt.month_start().dt.offset_by("-1d").alias("day_before"),
            pl.col("month").alias("day_after"),
        )
        .sort("month")
        .join_asof(
            sides["before"],
            left_on="day_before",
            right_on="date_before",
            by=by,
            strategy="backward",
            tolerance=tolerance,
            coalesce=False,
            check_sortedness=False,
        )
        .join_asof(
            sides["after"],
            left_on="day_after",
            right_on="date_after",
            by=by,
            strategy="forward",
            tolerance=tolerance,
            coalesce=False,
            check_sortedness=False,
        )
        .drop_nulls(["date_before", "date_after"])
        .sort(MONTH)
    )


def _median_moves(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Compute the median move of all lines between each two lists: that of the fund's own size."""
    dates = pairs.select("date_before", "date_after").unique()
    before, after = (
        held.select("security_id", pl.col("snapshot_date").alias(f"date_{side}"), quantity_name)
        for side, quantity_name in (
            ("before", pl.col("quantity").alias("own")),
            ("after", pl.col("quantity").alias("later")),
        )
    )
    both = dates.join(before, on="date_before").join(after, on=["date_after", "security_id"])
    return both.group_by("date_before", "date_after").agg(
        (pl.col("later") / pl.col("own")).median().alias("median")
    )
