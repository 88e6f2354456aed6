"""Splits that two consecutive lists show: the fund's holding and the price moved by one ratio, oppositely.

They stand in where the source of prices has no splits. A list shows a split, not which counts carry it: that
is decided for each count.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.footing import DECLARED, SPLIT_ADJUSTED, VINTAGES, adjusted_to
from smallcap.finance.metrics.holding_ratio import held_quantity, held_shares, is_near, relative_to_list
from smallcap.finance.metrics.later_splits import adjusted_ratios, simple_ratios
from smallcap.finance.metrics.prices import is_positive, split_factors
from smallcap.finance.pointintime import visible
from smallcap.rules.types.footing import HoldingRatioRules, HoldingSplitRules
from smallcap.split_basis import AS_FILED

SPLITS_SCHEMA: dict[str, type[pl.DataType]] = {
    "entity_id": pl.Int64, "security_id": pl.Int64, "listed_before": pl.Date, "listed_on": pl.Date,
    "split_ratio": pl.Float64,
}  # fmt: skip
_LEAST_MOVE = 2**0.5
"""A holding that moved by less is nearer to no split than to one of 2 for 1."""


def holding_splits(
    members: pl.DataFrame, prices: pl.DataFrame, rules: HoldingSplitRules, max_age_days: int
) -> pl.DataFrame:
    """Find the splits between consecutive lists that the source of prices does not know.

    Parameters
    ----------
    members
        Rows of core.members: the dates to value and those before.
    prices
        Rows of raw.prices.
    rules
        The thresholds.
    max_age_days
        An adjusted close further than this from a list is not used; nor are split data that end earlier.

    Returns
    -------
    pl.DataFrame
        One row per company and split: entity_id, security_id, `listed_before` and `listed_on` (the dates of
        the two lists) and `split_ratio`, new shares per old.
    """
    moved = _moved_holdings(members, rules)
    ratio = simple_ratios(
        moved["holding_change"], pl.repeat(False, moved.height, dtype=pl.Boolean, eager=True), rules.ratios
    )
    change = _price_changes(moved, prices, max_age_days)
    known = split_factors(
        moved.select("security_id", shares_date="listed_before", price_date="listed_on"), prices, max_age_days
    )
    opposite = (pl.col("split_ratio") * pl.col("price_change")).log().abs()
    is_unknown = pl.col("is_split_unchecked") & (pl.col("split_factor") == 1.0)
    return (
        moved.with_columns(split_ratio=ratio, price_change=change)
        .hstack(known)
        .filter(opposite <= pl.lit(1 + rules.price_tolerance).log(), is_unknown)
        .select(pl.col(name).cast(dtype) for name, dtype in SPLITS_SCHEMA.items())
    )


def with_holding_splits(
    counted: pl.DataFrame, splits: pl.DataFrame, records: pl.DataFrame, rules: HoldingRatioRules
) -> pl.DataFrame:
    """Multiply the counts that do not carry the splits found.

    A split counts for dates from its later list on, while the count is of a day before that list and is
    nearer to the count known at the earlier list than to that count after the split. Unless the table's
    split basis is declared, or shown by two versions, the count may carry the split nevertheless: then it was
    the ratio before that was wrong. So a count whose holding ratio is near the list's median already is
    left, and one whose ratio would get farther from it, above what is usual. In a table found split-adjusted
    the ratio has to come nearer.

    Parameters
    ----------
    counted
        What `footed` returns, with the count as served in `count_served`.
    splits
        What `holding_splits` returns.
    records
        Rows of core.annual_metrics: the counts known at earlier lists.
    rules
        When a holding ratio is near the median.

    Returns
    -------
    pl.DataFrame
        The rows in their order, with `shares` after the splits, `inferred_split_ratio`, their product (null
        where there is none) and `is_split_inferred`.
    """
    rows = counted.with_row_index("row").with_columns(
        ratio_before=relative_to_list(held_shares(pl.col("shares")))
    )
    carried = pl.max_horizontal("shares_date", adjusted_to("shares_split_basis"))
    concerned = rows.join(splits, on=["entity_id", "security_id"]).filter(
        pl.col("listed_on") <= pl.min_horizontal("snapshot_date", "price_date"),
        carried < pl.col("listed_on"),
    )
    found = (
        concerned.hstack([_counts_before(concerned, records)])
        .filter(_is_not_carried(rules))
        .group_by("row")
        .agg(inferred_split_ratio=pl.col("split_ratio").product())
    )
    joined = rows.join(found, on="row", how="left", maintain_order="left").drop("row", "ratio_before")
    return joined.with_columns(
        shares=pl.col("shares") * pl.col("inferred_split_ratio").fill_null(1.0),
        is_split_inferred=pl.when(pl.col("shares").is_not_null()).then(
            pl.col("inferred_split_ratio").is_not_null()
        ),
    )


def _moved_holdings(members: pl.DataFrame, rules: HoldingSplitRules) -> pl.DataFrame:
    """Find the lines whose quantity moved between two consecutive lists, net of the fund's flows.

    The fund's flows are the median change of all holdings of both lists.
    """
    lists = (
        members.sort("as_of", "entity_id")
        .unique(["entity_id", "snapshot_date"], keep="first", maintain_order=True)
        .select(
            "entity_id",
            "security_id",
            "snapshot_date",
            held_quantity().alias("quantity"),
            pl.when(is_positive("list_price_usd")).then("list_price_usd").alias("price"),
        )
        .filter(pl.col("quantity") > 0)
    )
    dates = lists.select(pl.col("snapshot_date").unique().sort()).with_columns(
        listed_before=pl.col("snapshot_date").shift()
    )
    gap = (pl.col("snapshot_date") - pl.col("listed_before")).dt.total_days()
    pairs = lists.join(dates.filter(gap <= rules.max_gap_days), on="snapshot_date").join(
        lists.rename({"snapshot_date": "listed_before"}),
        on=["entity_id", "security_id", "listed_before"],
        suffix="_before",
    )
    change = pl.col("quantity") / pl.col("quantity_before")
    flow = pl.when(change.count() >= rules.min_holdings).then(change.median()).over("snapshot_date")
    moved = pairs.with_columns(holding_change=change / flow)
    size = pl.col("holding_change").log().abs().exp()
    return (
        moved.filter(size > _LEAST_MOVE)
        .rename({"snapshot_date": "listed_on"})
        .sort("entity_id", "listed_on", "security_id")
    )


def _price_changes(moved: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.Series:
    """Return the change of the list price that the return does not explain; without returns all of it."""
    ratios = [
        adjusted_ratios(
            moved.select("security_id", as_of="listed_on", price_usd=price, price_date=day),
            prices,
            max_age_days,
        )["adjusted_ratio"]
        for price, day in (("price", "listed_on"), ("price_before", "listed_before"))
    ]
    listed = moved["price"] / moved["price_before"]
    over_return = ratios[0] / ratios[1]
    return over_return.zip_with(over_return.is_not_null(), listed).alias("price_change")


def _counts_before(concerned: pl.DataFrame, records: pl.DataFrame) -> pl.Series:
    """Return the count that was known at the earlier list, as served."""
    asked = concerned.select("entity_id", as_of="listed_before")
    return visible(
        records.select("entity_id", "period_end", "available_date", "version", "source", "shares"), asked
    )["shares"].alias("count_before")


def _is_not_carried(rules: HoldingRatioRules) -> pl.Expr:
    """Whether the count is still the one before the split."""
    growth = (pl.col("count_served") / pl.col("count_before")).log()
    split = pl.col("split_ratio").log()
    is_unchanged = growth.abs() < (growth - split).abs()
    ratio = pl.col("ratio_before").log()
    is_far = ~is_near(pl.col("ratio_before"), rules)
    is_nearer = (ratio - split).abs() < ratio.abs()
    is_usual = pl.col("ratio_before") / pl.col("split_ratio") <= rules.small_count_above
    is_as_filed = pl.col("shares_footing") == AS_FILED
    by_footing = (
        pl.when(
            (pl.col("shares_footing_basis") == DECLARED)
            | (is_as_filed & (pl.col("shares_footing_basis") == VINTAGES))
        )
        .then(pl.lit(True))
        .when(pl.col("shares_footing") == SPLIT_ADJUSTED)
        .then(~pl.col("is_brought") & is_far & is_nearer)
        .otherwise(is_far & (is_nearer | is_usual))
    )
    return (is_unchanged & by_footing).fill_null(False)
