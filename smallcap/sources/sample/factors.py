"""Synthetic factor returns; `factor_files` writes them to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, Dates
from smallcap.sources.sample.randomness import Floats, stream

FACTOR_MONTHS: Final[Dates] = np.arange(np.datetime64("1990-01", "M"), np.datetime64("2026-07", "M"))
"""Months that are drawn; the newest ones are not in any file yet."""

MEANS: Final = np.array([0.70, 0.10, 0.18, 0.32, 0.22, 0.45])
DEVIATIONS: Final = np.array([4.30, 2.90, 3.00, 2.30, 2.00, 4.40])
CORRELATIONS: Final = np.array(
    [
        [1.00, 0.22, -0.10, -0.30, -0.32, -0.28],
        [0.22, 1.00, -0.05, -0.38, -0.08, -0.05],
        [-0.10, -0.05, 1.00, 0.25, 0.62, -0.20],
        [-0.30, -0.38, 0.25, 1.00, 0.15, 0.10],
        [-0.32, -0.08, 0.62, 0.15, 1.00, 0.02],
        [-0.28, -0.05, -0.20, 0.10, 0.02, 1.00],
    ]
)
"""Percent a month, in the order of `FIVE_FACTORS` and momentum: round numbers near those of the US market."""

VINTAGES: Final = ("202406", "202512", "202604")
"""The first was published by August 2024, so that later dates of the sample have factors known on the day."""
LATEST_VINTAGE: Final = VINTAGES[-1]
REVISED_SHARE: Final = 0.35
"""Share of the months that differ between an earlier vintage and the latest."""


@dataclass(frozen=True)
class FactorReturns:
    """Returns in percent with two decimals, one row per month of `FACTOR_MONTHS`.

    Attributes
    ----------
    five
        Mkt-RF, SMB, HML, RMW and CMA.
    momentum
        Winners minus losers.
    risk_free
        The month's risk-free return.
    """

    five: Floats
    momentum: Floats
    risk_free: Floats


def draw(seed: int, vintage: str = LATEST_VINTAGE) -> FactorReturns:
    """Draw the factors of a vintage.

    Many months of an earlier vintage differ from the latest by a few hundredths of a percentage point.
    """
    rng = stream(seed, "factors")
    count = len(FACTOR_MONTHS)
    shocks = (rng.standard_normal((count, 6)) @ np.linalg.cholesky(CORRELATIONS).T) * DEVIATIONS
    # The market months keep the mean exactly; otherwise the size of the companies would depend on the seed.
    shocks[-MONTH_COUNT:] -= shocks[-MONTH_COUNT:].mean(axis=0)
    returns = MEANS + shocks
    risk_free = _risk_free(rng)
    if vintage != LATEST_VINTAGE:
        revision = stream(seed, f"revision {vintage}")
        is_revised = revision.random((count, 1)) < REVISED_SHARE
        sizes = np.array([0.01, 0.05, 0.06, 0.07, 0.05, 0.05])
        returns = returns + is_revised * revision.standard_normal((count, 6)) * sizes
    rounded = np.round(returns, 2) + 0.0
    return FactorReturns(rounded[:, :5], rounded[:, 5], risk_free)


def market_months(returns: FactorReturns) -> tuple[Floats, Floats]:
    """Return (five factors, risk-free) of the simulated market months, as fractions."""
    return returns.five[-MONTH_COUNT:] / 100, returns.risk_free[-MONTH_COUNT:] / 100


def _risk_free(rng: np.random.Generator) -> Floats:
    years = np.array(
        [1990, 1993, 1995, 2000, 2003.5, 2006.5, 2008.5, 2016, 2019, 2020.3, 2022, 2023.5, 2026.5]
    )
    percent_a_year = np.array([7.5, 3.0, 5.5, 5.8, 1.0, 4.8, 1.0, 0.1, 2.3, 0.1, 0.3, 5.2, 3.6])
    when = 1990 + np.arange(len(FACTOR_MONTHS)) / 12
    level = np.interp(when, years, percent_a_year) / 12
    return np.asarray(np.round(np.maximum(level + rng.normal(0, 0.01, len(when)), 0.0), 2))
