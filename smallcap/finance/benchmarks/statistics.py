"""Figures of one window of a fund's monthly returns: return, risk, worst fall, the market, five factors."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from smallcap.rules.types.factors import MONTHS_A_YEAR

Floats = npt.NDArray[np.float64]
LEAST_SPREAD: Final = 1e-12
"""Standard deviations below this are rounding errors of equal returns."""


def return_and_risk(total: Floats, years: int) -> dict[str, float]:
    """Compute the compounded return a year, the volatility, and the worst fall from a high.

    Parameters
    ----------
    total
        The returns of all months of the window.
    years
        Its length.
    """
    return {
        "annual_return": float(np.prod(1 + total) ** (1 / years) - 1),
        "volatility": float(total.std(ddof=1)) * math.sqrt(MONTHS_A_YEAR),
        **worst_fall(total),
    }


def worst_fall(total: Floats) -> dict[str, float]:
    """Find the largest fall of the compounded value from an earlier high, the starting value included.

    Returns
    -------
    dict
        max_drawdown (negative, 0 without a fall), drawdown_months (from the high to the month in which the
        value is at the high again, or to the window's end) and is_drawdown_over (whether it is).
    """
    value = np.concatenate([[1.0], np.cumprod(1 + total)])
    fall = value / np.maximum.accumulate(value) - 1
    low = int(fall.argmin())
    high = low - int(value[: low + 1][::-1].argmax())
    back = np.flatnonzero(value[low:] >= value[high])
    end = low + int(back[0]) if len(back) else len(value) - 1
    return {
        "max_drawdown": float(fall[low]),
        "drawdown_months": end - high,
        "is_drawdown_over": bool(len(back)),
    }


def sharpe(excess: Floats) -> float | None:
    """Compute the annualised Sharpe ratio; None below a year of months, or where returns do not vary."""
    if len(excess) < MONTHS_A_YEAR or excess.std(ddof=1) <= LEAST_SPREAD:
        return None
    return float(excess.mean() / excess.std(ddof=1) * math.sqrt(MONTHS_A_YEAR))


def with_market(
    excess: Floats, market: Floats, risk_free: Floats, least_falling: int
) -> dict[str, float | None]:
    """Compute beta over all months, and beta and capture over those in which the market fell.

    Parameters
    ----------
    excess, market, risk_free
        Excess returns of the fund and of the market, and the risk-free returns, by month.
    least_falling
        Fewest falling months.

    Returns
    -------
    dict
        beta; falling_months, in which the market's total return was below zero; beta_falling, the slope
        within them; capture_falling, the fund's mean compounded return over the market's in them.
    """
    total, total_market = excess + risk_free, market + risk_free
    falling = total_market < 0
    is_enough = int(falling.sum()) >= least_falling
    return {
        "beta": _slope(excess, market) if len(excess) >= MONTHS_A_YEAR else None,
        "falling_months": int(falling.sum()),
        "beta_falling": _slope(excess[falling], market[falling]) if is_enough else None,
        "capture_falling": _capture(total[falling], total_market[falling]) if is_enough else None,
    }


def on_factors(excess: Floats, factors: Floats, terms: tuple[str, ...]) -> dict[str, float]:
    """Regress excess returns on factors and a constant by least squares.

    Parameters
    ----------
    excess
        Excess returns by month.
    factors
        Months by factors, of full rank together with a constant.
    terms
        Names of the factors.

    Returns
    -------
    dict
        alpha_annual (12 x the constant), each factor's loading by name, t values as t_NAME, and r_squared.
    """
    design = np.column_stack([np.ones(len(excess)), factors])
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ excess
    residual = excess - design @ estimate
    variance = residual @ residual / (len(excess) - design.shape[1])
    t_stat = estimate / np.sqrt(variance * np.diag(inverse))
    centred = excess - excess.mean()
    return {
        "alpha_annual": MONTHS_A_YEAR * float(estimate[0]),
        "t_alpha": float(t_stat[0]),
        **dict(zip(terms, estimate[1:].tolist(), strict=True)),
        **{f"t_{term}": float(t) for term, t in zip(terms, t_stat[1:], strict=True)},
        "r_squared": float(1 - residual @ residual / (centred @ centred)),
    }


def _slope(returns: Floats, market: Floats) -> float | None:
    centred = market - market.mean()
    if centred.std() <= LEAST_SPREAD:
        return None
    return float(centred @ returns / (centred @ centred))


def _capture(returns: Floats, market: Floats) -> float | None:
    own, theirs = (float(np.expm1(np.log1p(values).mean())) for values in (returns, market))
    return own / theirs if theirs < -LEAST_SPREAD else None
