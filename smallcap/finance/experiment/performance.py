"""Performance of monthly return series: return, volatility, Sharpe ratio, drawdown, turnover.

Each series is a group of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.experiment.formation import OF_A_SERIES
from smallcap.rules.types.factors import MONTHS_A_YEAR

WHOLE: Final = "all"
BASIS_POINTS: Final = 10_000
OF_A_ROW: Final = [*OF_A_SERIES, "cost_basis_points", "period"]
LEAST_SPREAD: Final = 1e-12
"""Standard deviations below this are rounding errors of equal returns."""
PER_JUNE: Final = ("names", "share_by_count", "share_by_weight", "unknown_names")


def net_returns(
    experiment_returns: pl.DataFrame, risk_free: pl.DataFrame, costs: Sequence[int]
) -> pl.DataFrame:
    """Deduct trading costs from each month's return, per cost level, and assign the month to its periods.

    Trades at the beginning of a month are paid for from the capital that earns its return:
    (1 - cost x turnover) (1 + return) - 1. A first formation is not charged, because either of two portfolios
    being compared has to be bought.

    Parameters
    ----------
    experiment_returns
        Rows of marts.experiment_returns.
    risk_free
        Columns month and rf.
    costs
        Basis points of one-way turnover.

    Returns
    -------
    pl.DataFrame
        The rows with a return, once per level in `cost_basis_points` and once per period (all months, and the
        twelve months of the formation), with `net_return` and `excess_return`; the latter is null where the
        month's risk-free rate is unknown. Sorted by series and month.
    """
    levels = pl.DataFrame({"cost_basis_points": costs}, schema={"cost_basis_points": pl.Int64})
    cost = pl.col("cost_basis_points") / BASIS_POINTS * pl.col("turnover").fill_null(0.0)
    net = (1 - cost) * (1 + pl.col("total_return")) - 1
    monthly = (
        experiment_returns.drop_nulls("total_return")
        .join(risk_free.select("month", "rf"), on="month", how="left")
        .join(levels, how="cross")
        .with_columns(net.alias("net_return"))
        .with_columns((pl.col("net_return") - pl.col("rf")).alias("excess_return"))
    )
    formed_in = pl.col("formed_as_of").dt.year()
    periods = [pl.lit(WHOLE), pl.format("{}/{}", formed_in, formed_in + 1)]
    return pl.concat(monthly.with_columns(period.alias("period")) for period in periods).sort(
        *OF_A_ROW, "month"
    )


def performance(monthly: pl.DataFrame) -> pl.DataFrame:
    """Compute the performance of every series over every period.

    Parameters
    ----------
    monthly
        Rows of `net_returns`.

    Returns
    -------
    pl.DataFrame
        One row per universe, weighting, cost level and period, with the columns of
        marts.profitability_experiment from `first_month` to `turnover`.
    """
    found = monthly.group_by(OF_A_ROW, maintain_order=True).agg(
        pl.col("month").min().alias("first_month"),
        pl.col("month").max().alias("last_month"),
        pl.len().cast(pl.Int64).alias("months"),
        *_return_and_risk(),
        pl.col("excess_return").count().cast(pl.Int64).alias("months_with_rate"),
    )
    return found.join(_at_formations(monthly), on=OF_A_ROW, maintain_order="left")


def _return_and_risk() -> list[pl.Expr]:
    """Return annual return, volatility (from a year of months on), Sharpe ratio and largest drawdown."""
    months, is_whole = pl.len(), pl.col("period").first() == WHOLE
    net = pl.col("net_return")
    growth = (1 + net).product()
    years = pl.when(is_whole).then(months / MONTHS_A_YEAR).otherwise(1.0)
    return [
        (growth ** (1 / years) - 1).alias("annual_return"),
        pl.when(months >= MONTHS_A_YEAR).then(net.std() * MONTHS_A_YEAR**0.5).alias("volatility"),
        sharpe_ratio("excess_return").alias("sharpe"),
        _max_drawdown(net).alias("max_drawdown"),
    ]


def sharpe_ratio(excess: str) -> pl.Expr:
    """Compute the annualised Sharpe ratio of a group of excess returns.

    Null for fewer than twelve months or returns that do not vary.
    """
    known = pl.col(excess)
    is_enough = (known.count() >= MONTHS_A_YEAR) & (known.std() > LEAST_SPREAD)
    return pl.when(is_enough).then(known.mean() / known.std() * MONTHS_A_YEAR**0.5)


def _max_drawdown(net: pl.Expr) -> pl.Expr:
    """Compute the largest fall from a previous high, including the starting value."""
    value = (1 + net).cum_prod()
    return (value / value.cum_max().clip(lower_bound=1.0) - 1).min()


def _at_formations(monthly: pl.DataFrame) -> pl.DataFrame:
    """Average the formation columns over the formations of a period; a short year counts like a full one."""
    turnover = pl.when(pl.col("turnover").is_not_null().all()).then(pl.col("turnover").sum())
    each = monthly.group_by(*OF_A_ROW, "formed_as_of", maintain_order=True).agg(
        pl.col(PER_JUNE).first(), turnover.alias("turnover"), pl.len().alias("months")
    )
    is_whole = pl.col("period").first() == WHOLE
    of_complete_years = pl.col("turnover").filter(pl.col("months") == MONTHS_A_YEAR)
    return each.group_by(OF_A_ROW, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("junes"),
        pl.col(PER_JUNE).mean(),
        pl.when(is_whole)
        .then(of_complete_years.mean())
        .otherwise(pl.col("turnover").first())
        .alias("turnover"),
    )
