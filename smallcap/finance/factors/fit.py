"""One least-squares fit through statsmodels, with classical and Newey-West standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

OLS: Final = "OLS"
HAC: Final = "HAC"
COVARIANCES: Final = (OLS, HAC)


@dataclass(frozen=True)
class Fit:
    """Results of one regression under one covariance; arrays have one number per term, alpha first.

    Attributes
    ----------
    covariance
        OLS or HAC.
    estimate, std_error, t_stat, p_value, ci_low, ci_high
        Per term; p values and intervals use Student's t.
    r_squared, adj_r_squared, residual_std, durbin_watson
        Of the regression, the same for both covariances.
    f_stat, f_p_value
        Joint test of all loadings, under the covariance.
    hac_lags
        Number of HAC lags; None for OLS.
    """

    covariance: str
    estimate: Floats
    std_error: Floats
    t_stat: Floats
    p_value: Floats
    ci_low: Floats
    ci_high: Floats
    r_squared: float
    adj_r_squared: float
    f_stat: float
    f_p_value: float
    residual_std: float
    durbin_watson: float
    hac_lags: int | None


def hac_lags(months: int) -> int:
    """Return the number of Newey-West lags: floor(4 (T/100)^(2/9)), the rule of Newey and West (1994)."""
    return int(4 * (months / 100) ** (2 / 9))


def least_squares(excess: Floats, factors: Floats, confidence: float, months: Integers) -> tuple[Fit, ...]:
    """Regress a series on factors and a constant, and return the results under both covariances.

    Lags of the HAC covariance count calendar months: two months on either side of a missing one are two lags
    apart, not one.

    Parameters
    ----------
    excess
        Excess returns by month.
    factors
        Months by factors; must have full rank together with a constant.
    confidence
        Confidence level of the intervals.
    months
        Number of each month, ascending; consecutive calendar months differ by one.

    Returns
    -------
    tuple of Fit
        In the order of `COVARIANCES`.
    """
    # Imported here because it takes a second, and the command line loads this module even for its help.
    from statsmodels.regression import linear_model

    lags = hac_lags(len(excess))
    # A fit without any residual divides by zero; the resulting NaNs are passed on.
    with np.errstate(divide="ignore", invalid="ignore"):
        classical = linear_model.OLS(excess, np.column_stack([np.ones(len(excess)), factors])).fit()
        # Bartlett weights, and the small-sample correction n / (n - k).
        robust = classical.get_robustcov_results("HAC", maxlags=lags, use_correction=True, use_t=True)
        if (np.diff(months) > 1).any():
            robust.cov_params_default = _covariance_with_gaps(classical, months, lags)
        return _read(classical, OLS, None, confidence), _read(robust, HAC, lags, confidence)


def _covariance_with_gaps(classical: Any, months: Integers, lags: int) -> Floats:
    """Compute the Newey-West covariance where a missing month contributes nothing to any lag.

    D. D. Datta and W. Du, Nonparametric HAC Estimation for Time Series Data with Missing Observations (2012):
    the amplitude modulated estimator, with the small-sample correction for the months that there are.
    """
    from statsmodels.stats import sandwich_covariance as sandwich

    design = classical.model.exog
    scores = np.zeros((months[-1] - months[0] + 1, design.shape[1]))
    scores[months - months[0]] = design * classical.resid[:, None]
    middle = sandwich.S_hac_simple(scores, nlags=lags)
    bread, (n_obs, terms) = classical.normalized_cov_params, design.shape
    return np.asarray(n_obs / (n_obs - terms) * bread @ middle @ bread)


def is_full_rank(factors: Floats) -> bool:
    """Whether the factors and a constant are linearly independent."""
    return bool(
        np.linalg.matrix_rank(np.column_stack([np.ones(len(factors)), factors])) == factors.shape[1] + 1
    )


def _read(results: Any, covariance: str, lags: int | None, confidence: float) -> Fit:
    interval = results.conf_int(alpha=1 - confidence)
    return Fit(
        covariance=covariance,
        estimate=results.params,
        std_error=results.bse,
        t_stat=results.tvalues,
        p_value=results.pvalues,
        ci_low=interval[:, 0],
        ci_high=interval[:, 1],
        r_squared=float(results.rsquared),
        adj_r_squared=float(results.rsquared_adj),
        f_stat=float(results.fvalue),
        f_p_value=float(results.f_pvalue),
        residual_std=math.sqrt(results.mse_resid),
        durbin_watson=_durbin_watson(results.resid),
        hac_lags=lags,
    )


def _durbin_watson(residuals: Floats) -> float:
    squares = float(residuals @ residuals)
    return float(np.diff(residuals) @ np.diff(residuals)) / squares if squares else math.nan
