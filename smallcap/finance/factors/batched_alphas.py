"""Alphas of many series on one set of factors in one pass, with classical and Newey-West standard errors.

The figures are those of `fit.least_squares`, which fits one series at a time and gives all terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from smallcap.finance.factors.fit import Floats, hac_lags

Integers = npt.NDArray[np.int64]
TESTED: Final = ("std_error", "t_stat", "p_value", "ci_low", "ci_high")


@dataclass(frozen=True)
class Alphas:
    """Results for series in columns; every array has one number per series.

    Attributes
    ----------
    estimate
        Alpha, in the unit of the series.
    ols, hac
        By name of `TESTED`, under either covariance; NaN where a series does not vary.
    r_squared
        Of the regression; NaN without factors.
    months
        Number of months, the same for all.
    """

    estimate: Floats
    ols: dict[str, Floats]
    hac: dict[str, Floats]
    r_squared: Floats
    months: int


def alphas_of(series: Floats, factors: Floats, months: Integers, confidence: float) -> Alphas:
    """Regress each column of `series` on the factors and a constant.

    Parameters
    ----------
    series
        Months by series, without gaps.
    factors
        The same months by factors; no columns for a test of the means. Must have full rank together with a
        constant.
    months
        Number of each month, ascending: lags count calendar months, so that a missing month separates its
        neighbours.
    confidence
        Confidence level of the intervals.

    Returns
    -------
    Alphas
        In the order of the columns.
    """
    design = np.column_stack([np.ones(len(series)), factors])
    left = np.linalg.pinv(design)
    loadings = left @ series
    residuals = series - design @ loadings
    count, terms = design.shape
    free = count - terms
    squares = (residuals**2).sum(axis=0)
    classical = np.sqrt(squares / free * (left[0] @ left[0]))
    # What each month contributes to alpha: the row of the pseudo-inverse times the residual.
    share = left[0][:, None] * residuals
    robust = np.sqrt(np.clip(_newey_west(share, months) * count / free, 0.0, None))
    total = ((series - series.mean(axis=0)) ** 2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = 1 - squares / total if terms > 1 else np.full(series.shape[1], np.nan)
        tests = [_tests(loadings[0], error, free, confidence) for error in (classical, robust)]
    return Alphas(loadings[0], tests[0], tests[1], explained, count)


def _newey_west(share: Floats, months: Integers) -> Floats:
    """Sum squares and lagged products with Bartlett weights; a missing month contributes nothing."""
    lags = hac_lags(len(share))
    dated = np.zeros((int(months[-1] - months[0]) + 1, share.shape[1]))
    dated[months - months[0]] = share
    summed = (dated**2).sum(axis=0)
    for lag in range(1, min(lags, len(dated) - 1) + 1):
        summed += 2 * (1 - lag / (lags + 1)) * (dated[lag:] * dated[:-lag]).sum(axis=0)
    return np.asarray(summed)


def _tests(estimate: Floats, error: Floats, free: int, confidence: float) -> dict[str, Floats]:
    # Imported here because it takes long, and the command line loads this module even for its help.
    from scipy import special

    t_stat = estimate / error
    reach = special.stdtrit(free, (1 + confidence) / 2) * error
    p_value = 2 * special.stdtr(free, -np.abs(t_stat))
    values = (error, t_stat, p_value, estimate - reach, estimate + reach)
    return dict(zip(TESTED, values, strict=True))
