"""marts.quintile_performance: what each quintile portfolio earned over all months, after costs."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.quality.portfolios.alphas import OF_A_ROW, tests_of
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import MONTHS_A_YEAR, FactorRules
from smallcap.rules.types.quintiles import BASIS_POINTS, QuintileRules
from smallcap.tables.quintile_performance import QuintilePerformance

KNOWN_ANYWAY: Final = (
    *OF_A_ROW,
    *("first_month", "last_month", "months", "months_thin", "months_survivors_only", "rule_set"),
)
"""Columns that are filled whether or not a row is estimated."""


def quintile_performance(
    quintile_returns: pl.DataFrame, raw_factors: pl.DataFrame, rules: QuintileRules, factor_rules: FactorRules
) -> pl.DataFrame:
    """Measure every series at every cost level, over the months whose formation has enough companies.

    Parameters
    ----------
    quintile_returns
        Rows of marts.quintile_returns for all years.
    raw_factors
        Rows of raw.factors.
    rules
        Cost levels, minimum number of months, confidence level.
    factor_rules
        The models, and the minimum number of months of a regression.

    Returns
    -------
    pl.DataFrame
        The columns of marts.quintile_performance, sorted by key. A series with too few months has a row with
        status insufficient and the reason.
    """
    every = at_cost_levels(quintile_returns, rules)
    net = net_returns(every)
    measured = (
        _counts(every)
        .join(_measures(net), on=OF_A_ROW, how="left")
        .with_columns(_reason(rules).alias("reason"), pl.lit(rules.label).alias("rule_set"))
    )
    enough = net.join(measured.filter(pl.col("reason").is_null()), on=OF_A_ROW, how="semi")
    tests = tests_of(enough, raw_factors, factor_rules, rules.confidence)
    tested = measured.join(tests, on=OF_A_ROW, how="left")
    return in_columns_of(without_nan(_judged(tested)), QuintilePerformance).sort(OF_A_ROW)


def at_cost_levels(quintile_returns: pl.DataFrame, rules: QuintileRules) -> pl.DataFrame:
    """Repeat every month of every series at each cost level.

    Parameters
    ----------
    quintile_returns
        Rows of marts.quintile_returns.
    rules
        Cost levels.
    """
    levels = pl.DataFrame(
        {"cost_basis_points": rules.costs_basis_points}, schema={"cost_basis_points": pl.Int64}
    )
    return quintile_returns.join(levels, how="cross").sort(*OF_A_ROW, "month")


def net_returns(every: pl.DataFrame) -> pl.DataFrame:
    """Deduct from each return the cost of what is bought and sold; a first formation is not charged.

    Parameters
    ----------
    every
        Rows of `at_cost_levels`; those of thin formations and without a return are left out.
    """
    traded = 2 * pl.col("turnover").fill_null(0.0)
    cost = pl.col("cost_basis_points") / BASIS_POINTS * traded
    return (
        every.filter(~pl.col("is_thin"))
        .drop_nulls("total_return")
        .with_columns((pl.col("total_return") - cost).alias("net_return"))
    )


def _counts(every: pl.DataFrame) -> pl.DataFrame:
    """Count the months of each series: measured, thin, and of survivors only."""
    is_measured = ~pl.col("is_thin") & pl.col("total_return").is_not_null()
    month = pl.col("month").filter(is_measured)
    return every.group_by(OF_A_ROW, maintain_order=True).agg(
        month.min().alias("first_month"),
        month.max().alias("last_month"),
        is_measured.sum().cast(pl.Int64).alias("months"),
        pl.col("is_thin").sum().cast(pl.Int64).alias("months_thin"),
        (is_measured & pl.col("is_survivors_only").fill_null(False))
        .sum()
        .cast(pl.Int64)
        .alias("months_survivors_only"),
    )


def _measures(net: pl.DataFrame) -> pl.DataFrame:
    """Compute return, risk and trading of each series."""
    value = (1 + pl.col("net_return")).cum_prod()
    years = pl.len() / MONTHS_A_YEAR
    return net.group_by(OF_A_ROW, maintain_order=True).agg(
        pl.col("names").mean().alias("names"),
        pl.col("names").min().alias("fewest_names"),
        (value.last() ** (1 / years) - 1).alias("annual_return"),
        (pl.col("net_return").std() * MONTHS_A_YEAR**0.5).alias("volatility"),
        (value / value.cum_max().clip(lower_bound=1.0) - 1).min().alias("max_drawdown"),
        (pl.col("turnover").mean() * MONTHS_A_YEAR).alias("turnover"),
        pl.col("weight_without_return").mean().alias("weight_without_return"),
        pl.col("weight_without_return").max().alias("most_weight_without_return"),
    )


def _reason(rules: QuintileRules) -> pl.Expr:
    """Say why a series has no numbers."""
    too_few = pl.col("months") < rules.least_months
    words = (
        f"{{}} months have a return and a formation of at least {rules.least_names} companies; "
        f"{rules.least_months} are needed"
    )
    return pl.when(too_few).then(pl.format(words, "months"))


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Set the status, and blank out the numbers of series with too few months."""
    is_estimated = pl.col("reason").is_null()
    measured = [name for name in rows.columns if name not in (*KNOWN_ANYWAY, "reason")]
    return rows.with_columns(
        *(pl.when(is_estimated).then(pl.col(name)).alias(name) for name in measured),
        pl.when(is_estimated).then(pl.lit(ESTIMATED)).otherwise(pl.lit(INSUFFICIENT)).alias("status"),
    )
