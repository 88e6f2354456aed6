"""Rolling least squares of many series on the same factors in one pass, with support for missing months.

Each window's factors are turned into an orthonormal basis once (QR). For a series that is complete in the
window, the projections on that basis are its regression. Those of a series with few gaps are corrected for
them, and those of one with many are solved by its own cross-products (`rolling_gaps`). `stocks` maps the
series to members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from smallcap.finance.factors.fit import Floats, Integers
from smallcap.finance.factors.rolling_gaps import FEW_GAPS, Gaps, GapsOfWindow, invert, take_out

Flags = npt.NDArray[np.bool_]

COLLINEAR: Final = 1e-10
"""Share of a factor not explained by the constant and the factors before it; at or below, it is collinear."""


@dataclass(frozen=True)
class RollingFit:
    """Results of rolling regressions.

    NaN where there are too few months, the returns do not vary or the factors are collinear.

    Attributes
    ----------
    estimate, std_error, t_stat
        Windows by names by terms (the constant first); classical standard errors.
    n_obs
        Windows by names: months with a return and every factor.
    r_squared, residual_std
        Windows by names; the standard deviation is corrected for degrees of freedom.
    is_constant
        Windows by names: whether the returns of those months are all equal.
    """

    estimate: Floats
    std_error: Floats
    t_stat: Floats
    n_obs: Integers
    r_squared: Floats
    residual_std: Floats
    is_constant: Flags


@dataclass(frozen=True)
class _Design:
    """QR decomposition of a window's usable months: the basis (months by terms) and the inverse of R."""

    basis: Floats
    inverse: Floats


def rolling_loadings(
    returns: Floats,
    factors: Floats,
    window_ends: Sequence[int] | Integers,
    window: int,
    least: int,
    risk_free: Floats | None = None,
) -> RollingFit:
    """Regress every series on a constant and the factors, over every window.

    Parameters
    ----------
    returns
        Months by names, NaN where missing.
    factors
        Months by factors; a month with a NaN counts as missing for every name.
    window_ends
        Row of each window's last month.
    window
        Months in a window; a window that would begin before the first row begins there.
    least
        Minimum months for a regression; must exceed the number of terms.
    risk_free
        Deducted from the returns, by month; None if they are already excess returns.

    Returns
    -------
    RollingFit
        Equal to one least-squares fit per name and window.
    """
    usable: Flags = np.asarray(
        np.isfinite(factors if risk_free is None else np.column_stack([factors, risk_free])).all(axis=1)
    )
    # A month that no series can use is left out, so that each window is a slice.
    starts, ends = _among_usable(usable, np.asarray(window_ends, dtype=np.int64), window)
    returns, factors = returns[usable], factors[usable]
    known = np.isfinite(returns)
    excess = np.where(known, returns if risk_free is None else returns - risk_free[usable, None], 0.0)
    gaps = Gaps.of(known)
    n_obs = (ends - starts)[:, None] - gaps.count(starts, ends)
    is_constant = (n_obs > 0) & (_latest_differing(returns, known)[ends - 1] < starts[:, None])
    fitted = _Fitted.empty(n_obs.shape, factors.shape[1] + 1)
    # Fresh memory for the residuals of every window would cost more than computing them.
    room = np.empty(window * returns.shape[1])
    # One window at a time: its names share the factors, and a window's returns fit into the processor cache.
    for position, (start, end) in enumerate(zip(starts, ends, strict=True)):
        design = _design(factors[start:end])
        if design is None:
            continue
        is_wanted = (n_obs[position] >= least) & ~is_constant[position]
        has_many_gaps = n_obs[position] < end - start - FEW_GAPS
        few, many = _chosen(is_wanted & ~has_many_gaps), _chosen(is_wanted & has_many_gaps)
        if few is not None:
            within = gaps.within(start, end, few)
            fitted.put(position, few, _fit_with_few_gaps(design, excess[start:end][:, few], within, room))
        if many is not None:
            rows = (excess[start:end][:, many], known[start:end][:, many])
            fitted.put(position, many, _fit_with_many_gaps(design, *rows))
    with np.errstate(divide="ignore", invalid="ignore"):
        t_stat = fitted.estimate / fitted.std_error
    estimate, std_error, t_stat = (
        terms.transpose(0, 2, 1) for terms in (fitted.estimate, fitted.std_error, t_stat)
    )
    return RollingFit(estimate, std_error, t_stat, n_obs, fitted.r_squared, fitted.residual_std, is_constant)


@dataclass(frozen=True)
class _Fitted:
    """Results of all windows, as windows by terms by names and windows by names.

    This order keeps the values written together contiguous.
    """

    estimate: Floats
    std_error: Floats
    r_squared: Floats
    residual_std: Floats

    @classmethod
    def empty(cls, shape: tuple[int, ...], terms: int) -> _Fitted:
        """Make arrays of NaN for windows by names."""
        windows, names = shape
        return cls(
            *(np.full((windows, terms, names), np.nan) for _ in range(2)),
            *(np.full(shape, np.nan) for _ in range(2)),
        )

    def put(self, position: int, names: slice | Integers, fit: tuple[Floats, Floats, Floats, Floats]) -> None:
        """Store the fit of some names in a window."""
        for array, values in zip(
            (self.estimate, self.std_error, self.r_squared, self.residual_std), fit, strict=True
        ):
            array[position][..., names] = values


def _among_usable(usable: Flags, ends: Integers, window: int) -> tuple[Integers, Integers]:
    """Return where each window begins and ends (exclusive) among the usable months."""
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(usable)])
    return before[np.maximum(ends - window + 1, 0)], before[ends + 1]


def _latest_differing(returns: Floats, known: Flags) -> Integers:
    """Find the latest month, up to each month, whose return differs from the next known one; -1 if none.

    A window is constant if this month is before its start.

    Returns
    -------
    ndarray
        Months by names.
    """
    month = np.where(known, np.arange(len(known))[:, None], -1)
    before = np.concatenate([np.full((1, known.shape[1]), -1), np.maximum.accumulate(month, axis=0)[:-1]])
    is_change = (
        known & (before >= 0) & (returns != np.take_along_axis(returns, np.maximum(before, 0), axis=0))
    )
    return np.asarray(np.maximum.accumulate(np.where(is_change, before, -1), axis=0))


def _chosen(flags: Flags) -> slice | Integers | None:
    """Turn flags into an index; a slice, which avoids a copy, if all are chosen."""
    if flags.all():
        return slice(None)
    return np.flatnonzero(flags) if flags.any() else None


def _design(factors: Floats) -> _Design | None:
    """Make a window's basis; None if the factors are collinear in its months."""
    months, count = factors.shape
    if months <= count + 1:
        return None
    columns = np.column_stack([np.ones(months), factors])
    basis, triangle = np.linalg.qr(columns)
    if (np.abs(np.diag(triangle)) <= COLLINEAR * np.linalg.norm(columns, axis=0)).any():
        return None
    return _Design(basis, np.linalg.inv(triangle))


def _fit_with_few_gaps(
    design: _Design, excess: Floats, gaps: GapsOfWindow, room: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Fit series that have nearly every month; `excess` is 0 in the others.

    For a complete series, the basis is orthonormal, its first vector the constant. `room` is overwritten.
    """
    basis, inverse = design.basis, design.inverse
    projections = basis.T @ excess
    solved = take_out(basis, inverse, np.take(projections, gaps.names, axis=1), gaps)
    projections[:, gaps.names] = solved.projections
    residuals = room[: excess.size].reshape(excess.shape)
    np.subtract(excess, np.matmul(basis, projections, out=residuals), out=residuals)
    gappy = np.repeat(gaps.names, gaps.count)
    filled = -residuals[gaps.months, gappy]
    residuals[gaps.months, gappy] = 0
    unexplained = np.einsum("mn,mn->n", residuals, residuals)
    explained = np.einsum("tn,tn->n", projections[1:], projections[1:])
    explained[gaps.names] -= _explained_in_gaps(
        filled - basis[0, 0] * projections[0, gappy], gaps, len(excess)
    )
    n_obs = np.full(excess.shape[1], len(excess))
    n_obs[gaps.names] -= gaps.count
    residual_std = np.sqrt(unexplained / (n_obs - len(projections)))
    std_error = np.sqrt((inverse**2).sum(axis=1))[:, None] * residual_std
    std_error[:, gaps.names] = solved.spread * residual_std[gaps.names]
    fit = (inverse @ projections, std_error, _share(explained, explained + unexplained), residual_std)
    for figures in fit:
        figures[..., gaps.names[solved.is_singular]] = np.nan
    return fit


def _explained_in_gaps(deviations: Floats, gaps: GapsOfWindow, months: int) -> Floats:
    """Return what fitted values in gaps add to the explained sum of squares.

    Parameters
    ----------
    deviations
        Of the fitted values from the mean of all months, with the fitted values in the gaps.
    gaps
        The gaps.
    months
        In the window.
    """
    first = np.cumsum(gaps.count) - gaps.count
    if not len(first):
        return np.zeros(0)
    total = np.add.reduceat(deviations, first)
    return np.asarray(np.add.reduceat(deviations**2, first) + total**2 / (months - gaps.count))


def _fit_with_many_gaps(
    design: _Design, excess: Floats, known: Flags
) -> tuple[Floats, Floats, Floats, Floats]:
    """Fit series with gaps, where `excess` is 0, each on its own months."""
    solved = invert(design.basis, design.inverse, design.basis.T @ excess, known)
    weights = known.astype(np.float64)
    residuals = (excess - design.basis @ solved.projections) * weights
    n_obs = weights.sum(axis=0)
    deviations = (excess - excess.sum(axis=0) / n_obs) * weights
    unexplained, total = (np.einsum("mn,mn->n", gaps, gaps) for gaps in (residuals, deviations))
    is_singular = solved.is_singular
    residual_std = np.where(is_singular, np.nan, np.sqrt(unexplained / (n_obs - design.basis.shape[1])))
    return (
        np.where(is_singular, np.nan, design.inverse @ solved.projections),
        solved.spread * residual_std,
        np.where(is_singular, np.nan, _share(total - unexplained, total)),
        residual_std,
    )


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide; NaN where there is nothing to explain."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)
