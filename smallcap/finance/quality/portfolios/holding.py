"""What each line of a formation is worth in each month that it is held; no weights here."""

from __future__ import annotations

from typing import Final

import polars as pl

OF_A_LINE: Final = ["formed_as_of", "holding_months", "security_id"]


def held_months(formed: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Follow each line from the month after its formation, until a month has no return of it.

    A line without a return in a month is sold at its last value, and stays out until the next formation:
    whether a later return follows is not known in that month. A month in which no line at all has a return
    is not part of the holding.

    Parameters
    ----------
    formed
        Rows of `formations`.
    returns
        Rows of core.monthly_returns: month, security_id, total_return.

    Returns
    -------
    pl.DataFrame
        One row per formed_as_of, holding_months, security_id and month held, sorted: `total_return`, null in
        the month in which the line is sold; `value_before`, the value at the month's beginning of one dollar
        invested at formation.
    """
    lines = formed.select(OF_A_LINE).unique()
    planned = lines.join(_months(lines, returns), on=["formed_as_of", "holding_months"])
    earned = returns.select("month", "security_id", pl.col("total_return").fill_nan(None)).drop_nulls()
    followed = planned.join(earned, on=["month", "security_id"], how="left").sort(*OF_A_LINE, "month")
    # One running number per line is cheaper to group by than three columns.
    numbered = followed.with_columns(pl.struct(OF_A_LINE).rle_id().alias("line"))
    growth = 1 + pl.col("total_return")
    return (
        numbered.with_columns(
            pl.col("total_return").is_null().cum_sum().over("line").alias("without"),
            growth.cum_prod().shift(1, fill_value=1.0).over("line").alias("value_before"),
        )
        .filter((pl.col("without") == 0) | ((pl.col("without") == 1) & pl.col("total_return").is_null()))
        .select(*OF_A_LINE, "month", "total_return", "value_before")
    )


def _months(lines: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """List the months with any return in which each formation is held."""
    formations = lines.select("formed_as_of", "holding_months").unique()
    later = pl.int_ranges(1, pl.col("holding_months") + 1).alias("later")
    return (
        formations.with_columns(later)
        .explode("later")
        .with_columns(_month_end("formed_as_of", "later").alias("month"))
        .join(returns.select("month").unique(), on="month", how="semi")
        .drop("later")
    )


def _month_end(day: str, later: str) -> pl.Expr:
    return pl.col(day).dt.offset_by(pl.format("{}mo", later)).dt.month_end()
