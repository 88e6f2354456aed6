"""Random streams, one per stage and seed, so that changing a stage does not change other stages' draws."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def stream(seed: int, stage: str) -> np.random.Generator:
    """Return the generator of a stage."""
    return np.random.default_rng([seed, zlib.crc32(stage.encode())])


def persistent(rng: np.random.Generator, shape: tuple[int, int], phi: float) -> Floats:
    """Draw stationary AR(1) series of unit variance, one per row.

    Parameters
    ----------
    rng
        Source of the draws.
    shape
        Rows and years.
    phi
        Autocorrelation from one year to the next.
    """
    shocks = rng.standard_normal(shape)
    series = np.empty(shape)
    series[:, 0] = shocks[:, 0]
    scale = np.sqrt(1 - phi**2)
    # Each year depends on the year before, so this loops over years, vectorised over companies.
    for year in range(1, shape[1]):
        series[:, year] = phi * series[:, year - 1] + scale * shocks[:, year]
    return series


def pick(rng: np.random.Generator, count: int, rate: float, least: int = 1) -> npt.NDArray[np.int64]:
    """Choose `rate` of `count` positions without replacement, ascending; at least `least`, or all."""
    size = min(count, max(least, round(count * rate)))
    return np.sort(rng.choice(count, size, replace=False)).astype(np.int64)
