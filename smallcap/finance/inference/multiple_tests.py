"""Several looks at once: p values adjusted over a family, and Sharpe ratios deflated by the trials made."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from smallcap.finance.factors.fit import Floats

METHODS: Final = ("holm", "benjamini_yekutieli")
"""The adjustments of p values."""
EULER_MASCHERONI: Final = float(np.euler_gamma)


@dataclass(frozen=True)
class Moments:
    """What a deflated Sharpe ratio needs of a series of monthly excess returns.

    Attributes
    ----------
    sharpe
        Monthly Sharpe ratio, with the sample deviation.
    skewness, kurtosis
        Of the sample; a normal distribution has 0 and 3.
    months
        Number of months.
    """

    sharpe: float
    skewness: float
    kurtosis: float
    months: int


def adjusted(p_values: Floats) -> dict[str, Floats]:
    """Adjust the p values of a family.

    Parameters
    ----------
    p_values
        One per hypothesis; at least one.

    Returns
    -------
    dict
        By the names in `METHODS`, in the same order.
    """
    # Imported here because it takes a second, and the command line loads this module even for its help.
    from statsmodels.stats.multitest import fdrcorrection

    values = holm(p_values), fdrcorrection(p_values, method="n")[1]
    return dict(zip(METHODS, values, strict=True))


def holm(p_values: Floats) -> Floats:
    """Adjust p values by the step-down procedure of S. Holm (1979), https://www.jstor.org/stable/4615733.

    The smallest of n values is multiplied by n, the next by n - 1 and so on; none becomes less than a smaller
    one, nor more than 1. The function of statsmodels collects the garbage of the whole process at each call.

    Parameters
    ----------
    p_values
        One per hypothesis.
    """
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted_values = np.empty_like(stepped)
    adjusted_values[order] = np.minimum(stepped, 1.0)
    return adjusted_values


def moments_of(excess: Floats) -> Moments:
    """Compute the moments of monthly excess returns that vary.

    Parameters
    ----------
    excess
        One per month.
    """
    deviations = excess - excess.mean()
    spread = np.sqrt((deviations**2).mean())
    return Moments(
        sharpe=float(excess.mean() / excess.std(ddof=1)),
        skewness=float((deviations**3).mean() / spread**3),
        kurtosis=float((deviations**4).mean() / spread**4),
        months=len(excess),
    )


def expected_highest(trials: int, variance: float) -> float:
    """Return the highest monthly Sharpe ratio to expect of trials without skill.

    D. H. Bailey and M. Lopez de Prado, The Deflated Sharpe Ratio (2014): the standard deviation of the trials
    times (1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e)), where g is the constant of Euler and Mascheroni.

    Parameters
    ----------
    trials
        Number of trials, at least 2.
    variance
        Variance of their monthly Sharpe ratios.
    """
    quantile = NormalDist().inv_cdf
    return float(
        np.sqrt(variance)
        * (
            (1 - EULER_MASCHERONI) * quantile(1 - 1 / trials)
            + EULER_MASCHERONI * quantile(1 - 1 / (trials * np.e))
        )
    )


def deflated_sharpe(own: Moments, highest: float) -> float | None:
    """Return the probability that the true Sharpe ratio is above the highest to expect without skill.

    Parameters
    ----------
    own
        Moments of the series.
    highest
        As `expected_highest` gives.

    Returns
    -------
    float or None
        None where the moments leave no variance of the estimated ratio.
    """
    spread = 1 - own.skewness * own.sharpe + (own.kurtosis - 1) / 4 * own.sharpe**2
    if spread <= 0:
        return None
    return NormalDist().cdf((own.sharpe - highest) * np.sqrt(own.months - 1) / np.sqrt(spread))
