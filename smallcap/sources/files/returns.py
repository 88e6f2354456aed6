"""Computes month-end prices and total returns from the prices table of the preset `files`."""

from __future__ import annotations

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.base import PRICES_COLUMNS, Delivery
from smallcap.sources.files.canonical_tables import LARGEST
from smallcap.sources.refusals import write_refused


def monthly_prices(rows: pl.DataFrame, source: str) -> Delivery:
    """Aggregate sessions to months and compute total returns.

    Parameters
    ----------
    rows
        The columns of the canonical prices table and `source_id`.

    Returns
    -------
    Delivery
        `PRICES_COLUMNS`, one row per line and month (its last session). Where the table has no total_return
        it is the ratio of the adjusted close to that of the month before, and null where that month is
        missing. The dollar volume is the median over the month's sessions with a close and a volume. Rows
        with a price that is not positive or above `LARGEST`, or a return under -100%, are refused.
    """
    price_refused = (
        ~(pl.col("adj_close") > 0)
        | ~(pl.col("close") > 0).fill_null(True)
        | ~(pl.col("split_ratio") > 0).fill_null(True)
    )
    rule = (
        pl.when(price_refused.fill_null(True))
        .then(pl.lit("price_not_positive"))
        .when(pl.any_horizontal(pl.col("adj_close", "close", "split_ratio", "total_return").abs() > LARGEST))
        .then(pl.lit("price_too_large"))
        .when(pl.col("total_return") < -1)
        .then(pl.lit("return_below_total_loss"))
    )
    ruled = rows.with_columns(rule=rule)
    sound = ruled.filter(pl.col("rule").is_null()).with_columns(
        month=pl.col("date").dt.year().cast(pl.Int32) * 12 + pl.col("date").dt.month()
    )
    _refuse_returns_of_days(sound)
    traded = pl.when(pl.col("volume") >= 0).then(pl.col("close") * pl.col("volume"))
    monthly = (
        sound.sort("source_id", "date")
        .group_by("source_id", "month", maintain_order=True)
        .agg(
            pl.col("date", "close", "adj_close", "total_return").last(),
            pl.when(pl.col("split_ratio").is_not_null().any())
            .then(pl.col("split_ratio").product())
            .alias("split_ratio"),
            traded.median().alias("median_dollar_volume_usd"),
        )
    )
    follows = pl.col("month").diff().over("source_id") == 1
    ratio = pl.col("adj_close") / pl.col("adj_close").shift().over("source_id") - 1
    priced = monthly.with_columns(
        total_return=pl.coalesce("total_return", pl.when(follows).then(ratio)),
        close_usd=pl.col("close"),
        adjusted_close_usd=pl.col("adj_close"),
        source=pl.lit(source),
    )
    return Delivery(
        priced.select(pl.col(name).cast(dtype) for name, dtype in PRICES_COLUMNS.items()), _refused(ruled)
    )


def _refuse_returns_of_days(sound: pl.DataFrame) -> None:
    several = sound.filter((pl.len().over("source_id", "month") > 1) & pl.col("total_return").is_not_null())
    if several.height:
        first = several.sort("ticker", "date").row(0, named=True)
        raise InputError(
            f"the prices table has several rows of {first['ticker']} in {first['date']:%Y-%m} and "
            f"a total_return: "
            "returns must be of whole months. Leave the column total_return out (it is computed "
            "from adj_close), or give one row per month"
        )


def _refused(ruled: pl.DataFrame) -> pl.DataFrame:
    refused = ruled.filter(pl.col("rule").is_not_null()).sort("ticker", "date")
    cells = ["file", "row", "line", "ticker", "date", "adj_close", "close", "split_ratio", "total_return"]
    return write_refused(refused, pl.col("date").dt.year(), cells)
