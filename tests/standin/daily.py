"""Monthly prices and returns spread over sessions, so that they compound back to the month's."""

from __future__ import annotations

import polars as pl

CENT = 0.01


def daily_prices(monthly: pl.DataFrame, sessions: pl.Series) -> pl.DataFrame:
    """Make rows of two sessions a month, one in the middle and the last.

    Of a line's first month, whose return is unknown, the last alone.

    Parameters
    ----------
    monthly
        entity_id, date (the last session of the month), close_usd, split_ratio, total_return.
    sessions
        Sessions of the exchange that cover the dates.

    Returns
    -------
    pl.DataFrame
        entity_id, date, open, high, low, close, return_daily, split_ratio, dividend, split_index (new shares
        per share of the first day), sorted by entity_id and date. A month's split is on its last session; a
        dividend is what is left of the first session's return when the price is explained, where that is a
        cent or more.
    """
    halves = monthly.sort("entity_id", "date").with_columns(
        first_return=pl.col("total_return") / 2, split=pl.col("split_ratio").fill_null(1.0)
    )
    # in this form, rather than as a root, the two compound back to the last digit, and a total loss is no
    # division by zero
    halves = halves.with_columns(
        last_return=(pl.col("total_return") - pl.col("first_return")) / (1 + pl.col("first_return"))
    )
    growth = 1 + pl.col("last_return")
    before_growth = pl.col("close_usd") * pl.col("split") / growth
    halves = halves.with_columns(first_close=pl.when(growth > 0).then(before_growth).otherwise("close_usd"))
    last = halves.select(
        "entity_id",
        "date",
        close="close_usd",
        return_daily="last_return",
        split_ratio=pl.when(pl.col("split") != 1).then("split"),
        dividend=pl.lit(None, dtype=pl.Float64),
    )
    first = (
        halves.with_columns(month=pl.col("date").dt.month_start(), previous=_close_of_month_before())
        .filter(pl.col("total_return").is_not_null())
        .join(_middle_sessions(sessions), on="month")
        .filter(pl.col("middle") < pl.col("date"))
        .with_columns(paid=pl.col("previous") * (1 + pl.col("first_return")) - pl.col("first_close"))
        .select(
            "entity_id",
            date="middle",
            close="first_close",
            return_daily="first_return",
            split_ratio=pl.lit(None, dtype=pl.Float64),
            dividend=pl.when(pl.col("paid") > CENT).then("paid"),
        )
    )
    return pl.concat([first, last]).sort("entity_id", "date").with_columns(*_made_up_range(), _split_index())


def _close_of_month_before() -> pl.Expr:
    month = pl.col("date").dt.year().cast(pl.Int32) * 12 + pl.col("date").dt.month()
    return pl.when(month.diff().over("entity_id") == 1).then(pl.col("close_usd").shift().over("entity_id"))


def _middle_sessions(sessions: pl.Series) -> pl.DataFrame:
    by_month = sessions.to_frame("session").group_by(month=pl.col("session").dt.month_start())
    return by_month.agg(middle=pl.col("session").sort().gather((pl.len() - 1) // 2).first())


def _made_up_range() -> list[pl.Expr]:
    """Frame each close with an open, a high and a low near it."""
    return [
        (pl.col("close") * 0.995).alias("open"),
        (pl.col("close") * 1.01).alias("high"),
        (pl.col("close") * 0.99).alias("low"),
    ]


def _split_index() -> pl.Expr:
    return pl.col("split_ratio").fill_null(1.0).cum_prod().over("entity_id").alias("split_index")
