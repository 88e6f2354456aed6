"""The five-factor regression of a book or of a difference of two.

Where no factors are stored, rows that say so.
"""

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
    """Regress as `regress` does; without factors, return its rows without numbers.

    Parameters
    ----------
    returns
        month, total_return.
    factors
        The five factors; None where none are stored.
    is_excess
        The returns are differences of returns.
    no_months
        What to say where there are no returns at all.
    """
    if factors is None:
        return not_regressed(FIVE_FACTORS, rules, NO_VINTAGE, NO_FACTORS)
    if no_months is not None and returns.is_empty():
        return not_regressed(FIVE_FACTORS, rules, factors.vintage, no_months)
    return regress(returns, factors, rules, is_excess=is_excess)


def measured_months(returns: pl.DataFrame, factors: Factors | None) -> pl.DataFrame:
    """Keep the months with a return that the factors have too, ascending; none without factors."""
    known = returns.drop_nulls("total_return").sort("month")
    return (
        known.clear()
        if factors is None
        else known.join(factors.frame.select("month"), on="month", how="semi", maintain_order="left")
    )
