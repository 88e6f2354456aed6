"""One time-series regression as rows of marts.factor_regressions, without book and window.

The arithmetic is in `fit`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.finance.factors.fit import COVARIANCES, Fit, Floats, is_full_rank, least_squares
from smallcap.finance.factors.series import RISK_FREE, Factors, month_number
from smallcap.finance.frames import without_nan
from smallcap.finance.statuses import ESTIMATED, INSUFFICIENT
from smallcap.rules.types.factors import ALPHA, MONTHS_A_YEAR, FactorRules
from smallcap.tables.factor_regressions import FactorRegressions

OF_A_BOOK: Final = ("book", "window", "is_vintage_later", "is_formed_in_advance")
COLUMNS: Final = {
    name: column.dtype for name, column in FactorRegressions.columns().items() if name not in OF_A_BOOK
}
PER_TERM: Final = ("estimate", "std_error", "t_stat", "p_value", "ci_low", "ci_high")
PER_FIT: Final = (
    "r_squared",
    "adj_r_squared",
    "f_stat",
    "f_p_value",
    "residual_std",
    "durbin_watson",
    "hac_lags",
)
LEAST_SPREAD: Final = 1e-12
"""Smallest range of returns that counts as variation: equal returns differ by rounding errors."""


def regress(
    returns: pl.DataFrame, factors: Factors, rules: FactorRules, *, is_excess: bool = False
) -> pl.DataFrame:
    """Regress monthly returns on the factors, over the months that both have.

    Parameters
    ----------
    returns
        Columns month and total_return; gaps and nulls are left out, never filled.
    factors
        One model from one vintage.
    rules
        Minimum number of months, and confidence level of the intervals.
    is_excess
        Whether the returns are already a difference of two returns; if so, the risk-free rate is not
        deducted.

    Returns
    -------
    pl.DataFrame
        One row per covariance and term, in the columns of marts.factor_regressions without those of
        `OF_A_BOOK`. If nothing can be estimated: status insufficient, a reason and no numbers.
    """
    months = (
        returns.select("month", "total_return")
        .drop_nulls()
        .join(factors.frame, on="month", how="inner")
        .sort("month")
    )
    total = months["total_return"].to_numpy()
    explaining = months.select(factors.terms).to_numpy()
    reason = _why_not(total, explaining, rules)
    if reason is not None:
        return _without_numbers(factors.model, factors.vintage, factors.terms, reason, months["month"])
    excess = total if is_excess else total - months[RISK_FREE].to_numpy()
    numbers = months.select(month_number("month").cast(pl.Int64)).to_series().to_numpy()
    fits = least_squares(excess, explaining, rules.confidence, numbers)
    return _frame([row for fit in fits for row in _rows(fit, factors)], months["month"])


def not_regressed(model_name: str, rules: FactorRules, vintage: str, reason: str) -> pl.DataFrame:
    """Make the rows of a regression that cannot be run because factors are missing.

    Parameters
    ----------
    model_name
        One of the rule set's models.
    rules
        The models.
    vintage, reason
        Values of these columns.

    Returns
    -------
    pl.DataFrame
        As for `regress`, with status insufficient.
    """
    return _without_numbers(
        model_name, vintage, rules.models[model_name].terms, reason, pl.Series("month", [], dtype=pl.Date)
    )


def _why_not(total: Floats, explaining: Floats, rules: FactorRules) -> str | None:
    if not len(total):
        return "no month has both a return and all factors"
    if len(total) < rules.least_months:
        return f"{len(total)} months have a return and all factors; {rules.least_months} are needed"
    if np.ptp(total) <= LEAST_SPREAD:
        return f"the return is the same in all {len(total)} months: there is nothing to explain"
    if not is_full_rank(explaining):
        return (
            f"in these {len(total)} months a factor is constant or a mix of the others: their loadings "
            f"cannot be separated"
        )
    return None


def _rows(fit: Fit, factors: Factors) -> list[dict[str, object]]:
    shared = {name: getattr(fit, name) for name in PER_FIT}
    return [
        {
            **shared,
            **{name: float(getattr(fit, name)[position]) for name in PER_TERM},
            **_key(factors.model, factors.vintage, fit.covariance, term, ESTIMATED),
            "alpha_annual": MONTHS_A_YEAR * float(fit.estimate[position]) if term == ALPHA else None,
        }
        for position, term in enumerate((ALPHA, *factors.terms))
    ]


def _without_numbers(
    model: str, vintage: str, terms: tuple[str, ...], reason: str, months: pl.Series
) -> pl.DataFrame:
    rows = [
        {**_key(model, vintage, covariance, term, INSUFFICIENT), "reason": reason}
        for covariance in COVARIANCES
        for term in (ALPHA, *terms)
    ]
    return _frame(rows, months)


def _key(model: str, vintage: str, covariance: str, term: str, status: str) -> dict[str, object]:
    return {"model": model, "vintage": vintage, "covariance": covariance, "term": term, "status": status}


def _frame(rows: list[dict[str, object]], months: pl.Series) -> pl.DataFrame:
    shared = {"n_obs": months.len(), "first_month": months.min(), "last_month": months.max()}
    complete = [{**dict.fromkeys(COLUMNS), **row, **shared} for row in rows]
    return without_nan(pl.DataFrame(complete, schema=COLUMNS, orient="row"))
