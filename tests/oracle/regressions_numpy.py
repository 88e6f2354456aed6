"""Rolling regressions by two other implementations: a bare NumPy script, and statsmodels name by name.

Returns are months by names, factors months by factors, both without missing values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from statsmodels.regression.rolling import RollingOLS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Figures = tuple[Floats, Floats, Floats]
"""Estimates and t statistics (windows by names by terms), R² (windows by names)."""


def bare_numpy(returns: Floats, factors: Floats, ends: Integers, window: int) -> Figures:
    """Regress series without missing months, with one QR per window shared by all of them."""
    design = np.column_stack([np.ones(len(factors)), factors])
    terms, names = design.shape[1], returns.shape[1]
    estimate, t_stat, r_squared = (
        np.empty((len(ends), terms, names)),
        np.empty((len(ends), terms, names)),
        np.empty((len(ends), names)),
    )
    for position, end in enumerate(ends):
        x, y = design[end - window + 1 : end + 1], returns[end - window + 1 : end + 1]
        basis, triangle = np.linalg.qr(x)
        inverse = np.linalg.inv(triangle)
        estimate[position] = inverse @ (basis.T @ y)
        residuals, deviations = y - x @ estimate[position], y - y.mean(axis=0)
        unexplained = (residuals**2).sum(axis=0)
        t_stat[position] = estimate[position] / np.sqrt(
            (inverse**2).sum(axis=1)[:, None] * unexplained / (window - terms)
        )
        r_squared[position] = 1 - unexplained / (deviations**2).sum(axis=0)
    return estimate.transpose(0, 2, 1), t_stat.transpose(0, 2, 1), r_squared


def name_by_name(returns: Floats, factors: Floats, ends: Integers, window: int) -> Figures:
    """Regress with statsmodels' RollingOLS, one name after the other."""
    design = np.column_stack([np.ones(len(factors)), factors])
    fits = [RollingOLS(series, design, window=window).fit() for series in returns.T]
    figures = [
        np.stack([np.asarray(getattr(fit, name))[ends] for fit in fits], axis=1)
        for name in ("params", "tvalues", "rsquared")
    ]
    return figures[0], figures[1], figures[2]
