"""marts.quintile_returns: monthly return of each quintile portfolio, and what is traded at its beginning."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.formation import FORMATION_MONTH, MONTHS_HELD
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.quality.portfolios.formation import (
    BEST,
    OF_A_FORMATION,
    OF_A_SERIES,
    WORST,
    formations,
)
from smallcap.finance.quality.portfolios.holding import OF_A_LINE, held_months
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.tables.quintiles import QuintileReturns

LONG_SHORT: Final = "long_short"
OF_A_PAIR: Final = ["method", "holding_months", "weighting", "scope", "month"]


def quintile_returns(
    scores: pl.DataFrame,
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    rules: QuintileRules,
    year: int,
    traded: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Hold every quintile portfolio from the month after its formation; return the months of one year.

    Parameters
    ----------
    scores, members, metrics, returns
        Rows of marts.quality_scores, core.members, core.metrics_as_of and core.monthly_returns for the year
        and the year before.
    rules
        Minimum numbers, and how long portfolios are held.
    year
        The calendar year to compute.
    traded
        Columns month and security_id: which lines trade in a month of formation, if `returns` are treated.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quintile_returns, sorted by month and series.
    """
    needed = [_needed(frame, year) for frame in (scores, members, metrics)]
    trading = returns if traded is None else traded
    formed = formations(needed[0], needed[1], needed[2], trading, rules)
    held = _weighted(formed, held_months(formed, returns))
    monthly = _monthly(held).join(_rebalances(formed, held), on=[*OF_A_FORMATION, "month"], how="left")
    in_year = without_nan(_with_turnover(monthly).filter(pl.col("month").dt.year() == year))
    complete = pl.concat([in_year, _long_short(in_year)]).with_columns(
        pl.lit(year).alias("year"),
        (pl.col("names") < rules.least_names).alias("is_thin"),
        (pl.col("weight_without_return") > rules.most_weight_without_return).alias("is_survivors_only"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return in_columns_of(complete, QuintileReturns).sort("month", *OF_A_SERIES)


def _needed(rows: pl.DataFrame, year: int) -> pl.DataFrame:
    """Keep the dates whose portfolios are held in the year, or sold for those: June, and November on."""
    day = pl.col("as_of").dt
    return rows.filter(
        (day.year() == year) | (day.month() >= MONTHS_HELD - 1) | (day.month() == FORMATION_MONTH)
    )


def _weighted(formed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Scale each line's value by its weight: its share of one dollar invested in the portfolio."""
    # Sort: summing the same numbers in another order changes the last digit.
    return (
        formed.join(lines, on=OF_A_LINE)
        .with_columns(pl.col("value_before") * pl.col("weight"))
        .sort(*OF_A_FORMATION, "month", "security_id")
    )


def _monthly(held: pl.DataFrame) -> pl.DataFrame:
    """Average the returns of each month, weighted by the values before it; null, never zero, without one."""
    has_return = pl.col("total_return").is_not_null()
    known, unknown = (pl.col("value_before").filter(which).sum() for which in (has_return, ~has_return))
    return held.group_by(*OF_A_FORMATION, "month", maintain_order=True).agg(
        pl.when(has_return.any())
        .then((pl.col("value_before") * pl.col("total_return")).sum() / known)
        .alias("total_return"),
        pl.col("names").first(),
        pl.len().cast(pl.Int64).alias("holdings"),
        has_return.sum().cast(pl.Int64).alias("with_return"),
        (unknown / pl.col("value_before").sum()).alias("weight_without_return"),
    )


def _rebalances(formed: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Sum the absolute changes in weight at each formation, against the drifted weights of the one before."""
    after = pl.col("value_before") * (1 + pl.col("total_return"))
    drifted = (
        held.filter(pl.col("month") == _last_month())
        .drop_nulls("total_return")
        .with_columns(after.alias("value"))
    )
    old = drifted.select(
        pl.col("month").alias("formed_as_of"),
        *OF_A_SERIES,
        "security_id",
        -(pl.col("value") / pl.col("value").sum().over(OF_A_FORMATION)).alias("weight"),
    )
    new = formed.select(*OF_A_FORMATION, "security_id", "weight")
    trades = pl.concat([new, old]).group_by(*OF_A_FORMATION, "security_id").agg(pl.col("weight").sum())
    traded = (
        trades.sort(*OF_A_FORMATION, "security_id")
        .group_by(OF_A_FORMATION, maintain_order=True)
        # If everything is traded, the sum can exceed 2 by rounding.
        .agg(pl.col("weight").abs().sum().clip(upper_bound=2.0).alias("rebalanced"))
    )
    both = traded.join(new, on=OF_A_FORMATION, how="semi").join(old, on=OF_A_FORMATION, how="semi")
    return both.with_columns(_first_month().alias("month"))


def _with_turnover(monthly: pl.DataFrame) -> pl.DataFrame:
    """Add to the rebalance of a first month the sale of what has no return, once; half of both together."""
    is_first = pl.col("month") == _first_month()
    rebalanced = pl.when(is_first).then("rebalanced").otherwise(0.0)
    return monthly.with_columns(((rebalanced + pl.col("weight_without_return")) / 2).alias("turnover"))


def _first_month() -> pl.Expr:
    return pl.col("formed_as_of").dt.offset_by("1mo").dt.month_end()


def _last_month() -> pl.Expr:
    return pl.col("formed_as_of").dt.offset_by(pl.format("{}mo", "holding_months")).dt.month_end()


def _long_short(monthly: pl.DataFrame) -> pl.DataFrame:
    """Buy the best quintile and sell the worst short, with both legs' trades."""
    best, worst = (monthly.filter(pl.col("portfolio") == str(quintile)) for quintile in (BEST, WORST))
    pairs = best.join(worst, on=OF_A_PAIR, suffix="_short")
    sums = ("holdings", "with_return", "turnover")
    return pairs.with_columns(
        pl.lit(LONG_SHORT).alias("portfolio"),
        (pl.col("total_return") - pl.col("total_return_short")).alias("total_return"),
        pl.min_horizontal("names", "names_short").alias("names"),
        pl.max_horizontal("weight_without_return", "weight_without_return_short").alias(
            "weight_without_return"
        ),
        *((pl.col(name) + pl.col(f"{name}_short")).alias(name) for name in sums),
    ).select(monthly.columns)
