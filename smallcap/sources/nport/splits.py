"""Splits that two lists of one fund show: its holding and the price moved by one simple ratio, oppositely."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.metrics.later_splits import simple_ratios
from smallcap.rules.types.footing import HoldingSplitRules

SPLITS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "source_id": pl.String,
    "listed_before": pl.Date,
    "listed_on": pl.Date,
    "split_ratio": pl.Float64,
}
"""New shares per old; 1 where the lists show that there was none."""
_LEAST_MOVE: Final = 2**0.5
"""A holding that moved by less is nearer to no split than to one of 2 for 1."""


def listed_splits(rows: pl.DataFrame, rules: HoldingSplitRules) -> pl.DataFrame:
    """Compare consecutive lists of each fund.

    Parameters
    ----------
    rows
        Members of all lists: source_id, fund, snapshot_date, quantity, price_usd.
    rules
        How far apart lists may be, how many holdings tell the fund's own growth, and which ratios are those
        of a split.

    Returns
    -------
    pl.DataFrame
        `SPLITS_SCHEMA`, one row per line and interval that the lists decide: a simple ratio of the holding,
        net of the fund's growth, with the opposite change of price; or 1 where neither moved by so much. An
        interval that shows one without the other is not decided and has no row.
    """
    listed = rows.drop_nulls(["quantity", "price_usd"]).filter(
        pl.col("quantity") > 0, pl.col("price_usd") > 0
    )
    moved = _moved(listed, rules)
    never_exact = pl.repeat(False, moved.height, dtype=pl.Boolean, eager=True)
    ratio = simple_ratios(moved["holding_change"], never_exact, rules.ratios)
    beside = moved.with_columns(ratio=ratio)
    opposite = (pl.col("ratio") * pl.col("price_change")).log().abs()
    quiet = pl.col("holding_change").log().abs() < pl.lit(_LEAST_MOVE).log()
    split = (
        pl.when(opposite <= pl.lit(1 + rules.price_tolerance).log())
        .then("ratio")
        .when(quiet)
        .then(pl.lit(1.0))
    )
    return (
        beside.with_columns(split_ratio=split)
        .drop_nulls("split_ratio")
        .select(pl.col(name).cast(dtype) for name, dtype in SPLITS_SCHEMA.items())
        .sort("source_id", "listed_before", "listed_on", "split_ratio")
    )


def _moved(listed: pl.DataFrame, rules: HoldingSplitRules) -> pl.DataFrame:
    """Add the changes since the fund's list before; of holdings, net of the median of all of them."""
    lists = listed.select("fund", "snapshot_date").unique().sort("fund", "snapshot_date")
    dates = lists.with_columns(listed_before=pl.col("snapshot_date").shift().over("fund"))
    gap = (pl.col("snapshot_date") - pl.col("listed_before")).dt.total_days()
    of_line = listed.select("fund", "source_id", "snapshot_date", "quantity", "price_usd")
    before = of_line.rename(
        {"snapshot_date": "listed_before", "quantity": "quantity_before", "price_usd": "price_before"}
    )
    pairs = (
        listed.join(dates.filter(gap <= rules.max_gap_days), on=["fund", "snapshot_date"])
        .join(before, on=["fund", "source_id", "listed_before"])
        .with_columns(
            change=pl.col("quantity") / pl.col("quantity_before"),
            price_change=pl.col("price_usd") / pl.col("price_before"),
        )
    )
    growth = pl.when(pl.len() >= rules.min_holdings).then(pl.col("change").median())
    return pairs.with_columns(
        holding_change=pl.col("change") / growth.over("fund", "snapshot_date"), listed_on="snapshot_date"
    ).drop_nulls("holding_change")
