"""The stationary bootstrap of Politis and Romano (1994), in whole arrays.

The rows of a draw come from the library arch. What is computed of a draw depends only on how often each month
is in it, so all draws are one matrix of counts, and their regressions and Sharpe ratios are products with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.finance.factors.fit import Floats, Integers
from smallcap.rules.types.factors import MONTHS_A_YEAR
from smallcap.rules.types.inference import InferenceRules

OPTIMAL: Final = "optimal"
SHORTEST_BLOCK: Final = 1.0
SINGULAR: Final = 1e-12
"""Determinant of a draw's cross-products (1 for the sample itself) below which it has no regression."""
LEAST_VARIANCE: Final = 1e-24
"""Variances below this are rounding errors of equal returns."""


@dataclass(frozen=True)
class Interval:
    """A percentile interval with the standard deviation of the draws.

    Attributes
    ----------
    low, high
        Quantiles of the draws.
    std_error
        Standard deviation of the draws.
    p_value
        Twice the share of draws on the smaller side of zero, with one draw added to each side.
    draws
        Number of draws with a value.
    """

    low: float
    high: float
    std_error: float
    p_value: float
    draws: int


class Draws:
    """Draws with one number and seed; those with given block lengths are kept for series of equal length.

    Parameters
    ----------
    rules
        Number of draws, seed, and the block lengths that many series share.
    """

    def __init__(self, rules: InferenceRules) -> None:
        self._rules = rules
        self._kept: dict[tuple[int, float], Floats] = {}

    def counts(self, months: int, block: float) -> Floats:
        """Return `drawn_counts` for a number of months and a mean block length."""
        key = (months, block)
        if key in self._kept:
            return self._kept[key]
        found = drawn_counts(months, block, self._rules.draws, self._rules.seed)
        # An optimal length is that of one series: keeping its draws would only take memory.
        if block in self._rules.block_months:
            self._kept[key] = found
        return found


def optimal_block(excess: Floats, factors: Floats) -> float:
    """Return the mean block length for the regression of a series on factors.

    The largest of the optimal lengths for the stationary bootstrap (Politis and White 2004, as corrected in
    2009) of the residuals and of the residuals times each factor, at least one month.

    Parameters
    ----------
    excess
        Excess returns by month.
    factors
        Months by factors; may have no column.

    Returns
    -------
    float
        Months.
    """
    from arch.bootstrap import optimal_block_length

    design = np.column_stack([np.ones(len(excess)), factors])
    residuals = excess - design @ np.linalg.lstsq(design, excess, rcond=None)[0]
    lengths = optimal_block_length(residuals[:, None] * design)["stationary"].to_numpy()
    known = lengths[np.isfinite(lengths)]
    return max(SHORTEST_BLOCK, float(known.max())) if len(known) else SHORTEST_BLOCK


def drawn_counts(months: int, block: float, draws: int, seed: int) -> Floats:
    """Count how often each month is in each draw; the rows are those that arch draws with the same seed.

    Parameters
    ----------
    months
        Number of months.
    block
        Mean block length.
    draws, seed
        Number of draws, and seed of the generator.

    Returns
    -------
    ndarray
        Draws by months.
    """
    from arch.bootstrap import StationaryBootstrap

    bootstrap = StationaryBootstrap(block, np.arange(months), seed=seed)  # type: ignore[arg-type]
    rows: Integers = np.stack([bootstrap.update_indices() for _ in range(draws)])
    flat = rows + months * np.arange(draws)[:, None]
    return np.bincount(flat.ravel(), minlength=draws * months).reshape(draws, months).astype(np.float64)


def drawn_alphas(excess: Floats, factors: Floats, counts: Floats) -> Floats:
    """Regress every draw on a constant and the factors, and return the monthly alphas.

    Parameters
    ----------
    excess
        Excess returns by month, or months by series.
    factors
        Months by factors, of full rank with a constant.
    counts
        Draws by months.

    Returns
    -------
    ndarray
        One alpha per draw, or draws by series; NaN where the factors of a draw are collinear.
    """
    months = len(excess)
    series = excess.reshape(months, -1)
    design = np.column_stack([np.ones(months), factors])
    # In an orthonormal basis the cross-products of a draw are near the identity, so little precision is lost.
    basis, triangle = np.linalg.qr(design)
    terms = basis.shape[1]
    pairs = np.einsum("mi,mj->mij", basis, basis).reshape(months, -1)
    products = (counts @ pairs).reshape(-1, terms, terms)
    is_singular = np.linalg.det(products) < SINGULAR
    products[is_singular] = np.eye(terms)
    weighted = counts @ np.einsum("mi,ms->mis", basis, series).reshape(months, -1)
    projections = np.linalg.solve(products, weighted.reshape(len(counts), terms, -1))
    alphas = np.einsum("dis,i->ds", projections, np.linalg.inv(triangle)[0])
    found = np.where(is_singular[:, None], np.nan, alphas)
    return found.reshape(len(counts), *excess.shape[1:])


def drawn_sharpe_ratios(excess: Floats, counts: Floats) -> Floats:
    """Compute the annualised Sharpe ratio of every draw; NaN where its returns do not vary.

    Parameters
    ----------
    excess
        Excess returns by month.
    counts
        Draws by months.

    Returns
    -------
    ndarray
        One ratio per draw.
    """
    months = len(excess)
    centre = excess.mean()
    first, second = (counts @ (excess - centre) ** power / months for power in (1, 2))
    variance = (second - first**2) * months / (months - 1)
    is_flat = variance < LEAST_VARIANCE
    ratio = (first + centre) / np.sqrt(np.where(is_flat, 1.0, variance))
    return np.where(is_flat, np.nan, ratio * MONTHS_A_YEAR**0.5)


def interval(drawn: Floats, confidence: float) -> Interval | None:
    """Summarise the draws of one figure; None without any.

    Parameters
    ----------
    drawn
        One value per draw, NaN where there is none.
    confidence
        Confidence level.
    """
    known = drawn[np.isfinite(drawn)]
    if len(known) < 2:
        return None
    outside = (1 - confidence) / 2
    low, high = np.percentile(known, [100 * outside, 100 * (1 - outside)])
    one_sided = (1 + min((known <= 0).sum(), (known >= 0).sum())) / (1 + len(known))
    return Interval(
        float(low), float(high), float(known.std(ddof=1)), min(1.0, 2 * float(one_sided)), len(known)
    )


def block_lengths(optimal: float, others: Sequence[int]) -> dict[str, float]:
    """Name the mean block lengths: the optimal one, and those shown beside it."""
    return {OPTIMAL: optimal, **{f"{months}_months": float(months) for months in others}}
