"""Doubtful returns as a bare script: every examined month of all years at once, by pairs within so many days.

It shares the thresholds with smallcap, and none of the calculations.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.returns import ReturnRules

KEY: Final = ["month", "security_id"]
COUNTS: Final = ("shares_outstanding", "shares_basic")


def doubts(
    returns: pl.DataFrame,
    lists: pl.DataFrame,
    statements: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    rules: ReturnRules,
) -> pl.DataFrame:
    """Make the columns of core.return_doubts but rule_set.

    Parameters
    ----------
    returns, lists, statements, prices, securities
        Rows of core.monthly_returns, raw.constituents, raw.fundamentals, raw.prices and raw.securities.
    rules
        What is extreme, what is examined, and what counts as evidence.
    """
    ratio, least = pl.col("total_return") + 1, rules.suspect.least_ratio
    extreme = (pl.col("total_return") > rules.extreme_gain) | (pl.col("total_return") < rules.extreme_fall)
    large = returns.select(*KEY, "total_return", is_return_extreme=extreme)
    asked = large.filter(pl.col("is_return_extreme") | (pl.max_horizontal(ratio, 1 / ratio) >= least))
    found = asked
    for evidence in (
        _held(asked, lists, rules.suspect.max_list_days),
        _counted(asked, statements, securities, rules.suspect.max_count_days),
        _traded(asked, prices),
        _reversed(large.filter("is_return_extreme"), rules),
    ):
        found = found.join(evidence, on=KEY, how="left")
    return _judged(found, rules).filter(pl.col("is_return_extreme") | pl.col("is_return_suspect"))


def _judged(found: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    ratio, near = pl.col("total_return") + 1, pl.lit(rules.suspect.count_tolerance).log1p()
    is_held, is_counted = (
        (pl.col(f"{kind}_move") * ratio).log().abs() <= near + 1e-12 for kind in ("holding", "count")
    )
    size = pl.col("count_move").log().abs().exp()
    is_whole = (size.round() >= 2) & ((size / size.round() - 1).abs() <= rules.suspect.split_tolerance)
    is_other = (pl.col("traded_ratio") / ratio).log().abs() > pl.lit(rules.suspect.price_factor).log()
    signs = {
        "holding_quantity": (is_held, "holding_date"),
        "share_count": (is_counted & is_whole, "count_date"),
        "traded_close": (is_other, "month"),
    }
    return found.with_columns(
        year=pl.col("month").dt.year(),
        evidence=pl.concat_str(
            *(pl.when(sign).then(pl.lit(name)) for name, (sign, _) in signs.items()),
            separator=", ",
            ignore_nulls=True,
        ).replace("", None),
        suspect_known_date=pl.min_horizontal(pl.when(sign).then(day) for sign, day in signs.values()),
        is_return_reversed_later=pl.col("reversed_month").is_not_null(),
    ).with_columns(is_return_suspect=pl.col("evidence").is_not_null())


def _held(asked: pl.DataFrame, lists: pl.DataFrame, most_days: int) -> pl.DataFrame:
    """Compare holdings before and after, over the median of all lines of the same two lists."""
    held = (
        lists.filter(pl.col("quantity") > 0)
        .unique(["security_id", "snapshot_date"], keep="first", maintain_order=True)
        .select("security_id", day="snapshot_date", value="quantity", known="snapshot_date")
    )
    pairs = _pairs(asked.select(KEY).join(held, on="security_id"), most_days)
    lines = held.select("security_id", "day", "value")
    medians = (
        pairs.select("day_before", "day_after")
        .unique()
        .join(lines, left_on="day_before", right_on="day")
        .join(lines, left_on=["day_after", "security_id"], right_on=["day", "security_id"], suffix="_after")
        .group_by("day_before", "day_after")
        .agg(median=(pl.col("value_after") / pl.col("value")).median())
    )
    return pairs.join(medians, on=["day_before", "day_after"]).select(
        *KEY, holding_move=pl.col("move") / pl.col("median"), holding_date="known"
    )


def _counted(
    asked: pl.DataFrame, statements: pl.DataFrame, securities: pl.DataFrame, most_days: int
) -> pl.DataFrame:
    """Compare share counts as first known in three years: outstanding where there are two, else basic."""
    owners = securities.unique("security_id", keep="first", maintain_order=True)
    months = asked.select(KEY).join(owners.select("security_id", by="entity_id"), on="security_id")
    parts = []
    for name in COUNTS:
        own_day = pl.col("shares_outstanding_date") if name == COUNTS[0] else pl.lit(None, pl.Date)
        known = (
            statements.filter(pl.col(name) > 0)
            .select(
                by="entity_id",
                day=pl.coalesce(own_day, "period_end"),
                known="available_date",
                value=pl.col(name).cast(pl.Float64),
            )
            .sort("known", "value")
        )
        # What became known before the year before the month, or after the year after it, is not asked for.
        away = pl.col("known").dt.year() - pl.col("month").dt.year()
        seen = months.join(known, on="by").filter(away.abs() <= 1)
        parts.append(_pairs(seen.unique([*KEY, "day"], keep="first", maintain_order=True), most_days))
    return (
        pl.concat(parts)
        .unique(KEY, keep="first", maintain_order=True)
        .select(*KEY, count_move="move", count_date="known")
    )


def _pairs(near: pl.DataFrame, most_days: int) -> pl.DataFrame:
    """Find the nearest values before the month begins and from its end on, and the move between them."""
    most = pl.duration(days=most_days)
    start = pl.col("month").dt.month_start() - pl.duration(days=1)
    before = near.filter(pl.col("day").is_between(start - most, start)).sort("day").group_by(KEY)
    after = near.filter(pl.col("day").is_between(pl.col("month"), pl.col("month") + most)).sort("day")
    both = before.agg(pl.col("day", "value").last()).join(
        after.group_by(KEY).agg(pl.col("day", "value", "known").first()), on=KEY, suffix="_after"
    )
    return both.rename({"day": "day_before"}).with_columns(move=pl.col("value_after") / pl.col("value"))


def _traded(asked: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Compare closes as traded with those of the month before, after splits."""
    number = pl.col("date").dt.year() * 12 + pl.col("date").dt.month()
    closes = prices.filter(pl.col("close_usd") > 0).select(
        "security_id", "close_usd", "split_ratio", number=number, month=pl.col("date").dt.month_end()
    )
    before = closes.select("security_id", pl.col("number") + 1, earlier="close_usd")
    return (
        asked.select(KEY)
        .join(closes, on=KEY)
        .join(before, on=["security_id", "number"])
        .select(*KEY, traded_ratio=pl.col("close_usd") / pl.col("earlier") * pl.col("split_ratio"))
        .drop_nulls()
    )


def _reversed(extreme: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    """Find the first extreme return in the months after that undoes one."""
    months = pl.col("month_later").dt.year() * 12 + pl.col("month_later").dt.month()
    later = months - pl.col("month").dt.year() * 12 - pl.col("month").dt.month()
    undone = ((pl.col("total_return") + 1) * (pl.col("total_return_later") + 1)).log().abs()
    return (
        extreme.join(extreme, on="security_id", suffix="_later")
        .filter(
            later.is_between(1, rules.reversal.months),
            undone <= pl.lit(rules.reversal.tolerance).log1p() + 1e-12,
        )
        .group_by(KEY)
        .agg(reversed_month=pl.col("month_later").min())
    )
