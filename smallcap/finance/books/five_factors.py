"""The five-factor regression of a book, or of the difference between two books."""

from __future__ import annotations

import polars as pl

from smallcap.finance.factors.book_regressions import NO_VINTAGE
from smallcap.finance.factors.regression import not_regressed, regress
from smallcap.finance.factors.series import Factors
from smallcap.rules.types.factors import FIVE_FACTORS, FactorRules

NO_FACTORS = "no five-factor file is stored; fetch one"


def five_factor_regression(
    returns: pl.DataFrame,
    factors: Factors | None,
    rules: FactorRules,
    *,
    is_excess: bool = False,
    no_months: str | None = None,
) -> pl.DataFrame:
    """Run `regress` on the five factors; without factors, return its rows without numbers.

    Parameters
    ----------
    returns
        Columns month and total_return.
    factors
        The five factors; None if none are stored.
    rules
        Minimum number of months, confidence level of the intervals.
    is_excess
        Whether the returns are already differences of returns.
    no_months
        Reason to give when there are no returns at all.

    Returns
    -------
    pl.DataFrame
        The rows of `regress`.
    """
    if factors is None:
        return not_regressed(FIVE_FACTORS, rules, NO_VINTAGE, NO_FACTORS)
    if no_months is not None and returns.is_empty():
        return not_regressed(FIVE_FACTORS, rules, factors.vintage, no_months)
    return regress(returns, factors, rules, is_excess=is_excess)


def measured_months(returns: pl.DataFrame, factors: Factors | None) -> pl.DataFrame:
    """Keep the months that have both a return and factors.

    Parameters
    ----------
    returns
        Columns month and total_return.
    factors
        The five factors; None if none are stored.

    Returns
    -------
    pl.DataFrame
        The rows of `returns`, ascending; none without factors.
    """
    known = returns.drop_nulls("total_return").sort("month")
    return (
        known.clear()
        if factors is None
        else known.join(factors.frame.select("month"), on="month", how="semi", maintain_order="left")
    )
