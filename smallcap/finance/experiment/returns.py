"""marts.experiment_returns: monthly return of each universe and weighting, and turnover at its beginning."""

from __future__ import annotations

import polars as pl

from smallcap.finance.experiment.formation import AT_FORMATION, OF_A_SERIES, formations
from smallcap.finance.experiment.holdings import held_months
from smallcap.finance.formation import MONTHS_HELD
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.tables.experiment import ExperimentReturns

OF_A_BOOK = ["formed_as_of", *OF_A_SERIES]


def experiment_returns(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    year: int,
    traded: pl.DataFrame | None = None,
    admitted: pl.DataFrame | None = None,
    kept: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Hold every universe from each June's end to the next; return the months of one calendar year.

    Weights are set in June and then drift with the returns. A month for which no return at all is known has
    no row.

    Parameters
    ----------
    members, metrics, returns
        Rows of core.members, core.metrics_as_of and core.monthly_returns for the year and the year before.
    year
        The calendar year to compute.
    traded
        Rows that say which lines traded in June, where `returns` lacks some of them; by default `returns`.
    admitted
        What `admission.admissions` returned, for the universe of admitted members; by default there is none.
    kept
        Columns as_of and security_id: lines that stay held after a month's end although their company is
        missing from its list. By default none.

    Returns
    -------
    pl.DataFrame
        The columns of marts.experiment_returns, sorted by month, universe and weighting.
    """
    formed = formations(members, metrics, returns if traded is None else traded, admitted)
    held = _with_values(formed, held_months(formed, members, returns, kept))
    monthly = _monthly(held).with_columns(
        pl.col("left_after", "turnover_after").shift(1).over(OF_A_BOOK).name.replace("_after", ""),
    )
    rebalanced = monthly.join(_rebalances(formed, held), on=[*OF_A_BOOK, "month"], how="left")
    known = rebalanced.filter(pl.col("month").dt.year() == year).join(
        returns.select("month").unique(), on="month", how="semi"
    )
    complete = known.with_columns(
        pl.lit(year).alias("year"), pl.coalesce("turnover", "rebalance_turnover").alias("turnover")
    )
    return in_columns_of(without_nan(complete), ExperimentReturns).sort("month", *OF_A_SERIES)


def _with_values(formed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Scale each line's value by its weight: its share of one dollar invested in the universe."""
    values = pl.col("value_before", "value_after") * pl.col("weight")
    # Sort: summing the same numbers in another order changes the last digit.
    return (
        formed.join(lines, on=["formed_as_of", "security_id"])
        .with_columns(values)
        .sort(*OF_A_BOOK, "month", "security_id")
    )


def _monthly(held: pl.DataFrame) -> pl.DataFrame:
    """Average the returns of each month, weighted by the values before it; null, never zero, without one."""
    has_return = pl.col("total_return").is_not_null()
    known = pl.col("value_before").filter(has_return)
    gone = pl.col("value_after").filter("is_last")
    return (
        held.group_by(*OF_A_BOOK, "month", maintain_order=True)
        .agg(
            pl.when(has_return.any())
            .then((pl.col("value_before") * pl.col("total_return")).sum() / known.sum())
            .alias("total_return"),
            pl.len().cast(pl.Int64).alias("holdings"),
            has_return.sum().cast(pl.Int64).alias("with_return"),
            (~has_return).sum().cast(pl.Int64).alias("missing"),
            # Each is a sum of its own, so all of the value can be a little more than the whole.
            (pl.col("value_before").filter(~has_return).sum() / pl.col("value_before").sum())
            .clip(upper_bound=1.0)
            .alias("weight_without_return"),
            pl.col("is_last").sum().cast(pl.Int64).alias("left_after"),
            (gone.sum() / pl.col("value_after").sum()).alias("turnover_after"),
            pl.col(AT_FORMATION).first(),
        )
        .sort(*OF_A_BOOK, "month")
    )


def _rebalances(formed: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Compute the one-way turnover of each formation against the drifted weights of the one before.

    Only where the earlier formation was held for its full twelve months.
    """
    is_final = pl.col("month") == pl.col("formed_as_of").dt.offset_by(f"{MONTHS_HELD}mo").dt.month_end()
    drifted = held.filter(is_final).with_columns(
        (pl.col("value_after") / pl.col("value_after").sum().over(OF_A_BOOK)).alias("weight")
    )
    old = drifted.select(
        pl.col("month").alias("formed_as_of"), *OF_A_SERIES, "security_id", -pl.col("weight")
    )
    new = formed.select(*OF_A_BOOK, "security_id", "weight")
    trades = (
        pl.concat([new, old])
        .sort(*OF_A_BOOK, "security_id")
        .group_by(*OF_A_BOOK, "security_id", maintain_order=True)
        .sum()
    )
    # If everything is traded, half the sum can exceed 1 by rounding.
    half = (pl.col("weight").abs().sum() / 2).clip(upper_bound=1.0)
    one_way = trades.group_by(OF_A_BOOK, maintain_order=True).agg(half.alias("rebalance_turnover"))
    month = pl.col("formed_as_of").dt.offset_by("1d").dt.month_end().alias("month")
    return one_way.join(new, on=OF_A_BOOK, how="semi").join(old, on=OF_A_BOOK, how="semi").with_columns(month)
