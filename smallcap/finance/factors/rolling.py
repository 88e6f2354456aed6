"""Rolling least squares of many series on the same factors in one pass, with support for missing months.

Each window's factors are turned into an orthonormal basis once (QR). For a series that is complete in the
window, the projections on that basis are its regression. For a series with gaps, the basis is not orthonormal
over its own months: its cross-products, close to the identity, are inverted, for all such series of the
window at once. `stocks` maps the series to members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from smallcap.finance.factors.fit import Floats

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

COLLINEAR: Final = 1e-10
"""Share of a factor not explained by the constant and the factors before it; at or below, it is collinear."""
SINGULAR: Final = 1e-12
"""Determinant of the cross-products (1 for a complete series) below which the loadings are not identified."""


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
    ends = np.asarray(window_ends, dtype=np.int64)
    starts = np.maximum(ends - window + 1, 0)
    usable: Flags = np.asarray(
        np.isfinite(factors if risk_free is None else np.column_stack([factors, risk_free])).all(axis=1)
    )
    known = np.isfinite(returns) & usable[:, None]
    excess = np.where(known, returns if risk_free is None else returns - risk_free[:, None], 0.0)
    n_obs = _counts(known, starts, ends)
    is_constant = (n_obs > 0) & (_latest_differing(returns, known)[ends] < starts[:, None])
    fitted = _Fitted.empty(n_obs.shape, factors.shape[1] + 1)
    # One window at a time: its names share the factors, and a window's returns fit into the processor cache.
    for position, (start, end) in enumerate(zip(starts, ends, strict=True)):
        months = slice(start, end + 1)
        rows = months if usable[months].all() else start + np.flatnonzero(usable[months])
        design = _design(factors[rows])
        if design is None:
            continue
        is_wanted = (n_obs[position] >= least) & ~is_constant[position]
        has_gaps = n_obs[position] < len(design.basis)
        complete, gappy = _chosen(is_wanted & ~has_gaps), _chosen(is_wanted & has_gaps)
        if complete is not None:
            fitted.put(position, complete, _fit_complete(design, excess[rows][:, complete]))
        if gappy is not None:
            fitted.put(position, gappy, _fit_with_gaps(design, excess[rows][:, gappy], known[rows][:, gappy]))
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


def _counts(known: Flags, starts: Integers, ends: Integers) -> Integers:
    """Count the known months of each window."""
    so_far = np.concatenate([np.zeros((1, known.shape[1]), dtype=np.int64), np.cumsum(known, axis=0)])
    return np.asarray(so_far[ends + 1] - so_far[starts])


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


def _fit_complete(design: _Design, excess: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Fit series that have every month: the basis is orthonormal, its first vector the constant."""
    projections = design.basis.T @ excess
    residuals = excess - design.basis @ projections
    unexplained = np.einsum("mn,mn->n", residuals, residuals)
    explained = np.einsum("tn,tn->n", projections[1:], projections[1:])
    residual_std = np.sqrt(unexplained / (len(excess) - len(projections)))
    spread = np.sqrt((design.inverse**2).sum(axis=1))
    return (
        design.inverse @ projections,
        spread[:, None] * residual_std,
        _share(explained, explained + unexplained),
        residual_std,
    )


def _fit_with_gaps(design: _Design, excess: Floats, known: Flags) -> tuple[Floats, Floats, Floats, Floats]:
    """Fit series with gaps, where `excess` is 0, by solving each one's cross-products over its own months."""
    weights = known.astype(np.float64)
    terms = design.basis.shape[1]
    pairs = np.einsum("mi,mj->mij", design.basis, design.basis).reshape(len(excess), -1)
    products = (weights.T @ pairs).reshape(-1, terms, terms)
    is_singular = np.linalg.det(products) < SINGULAR
    products[is_singular] = np.eye(terms)
    inverse = np.linalg.inv(products)
    projections = np.einsum("nij,jn->in", inverse, design.basis.T @ excess)
    residuals = (excess - design.basis @ projections) * weights
    n_obs = weights.sum(axis=0)
    deviations = (excess - excess.sum(axis=0) / n_obs) * weights
    unexplained, total = (np.einsum("mn,mn->n", gaps, gaps) for gaps in (residuals, deviations))
    residual_std = np.where(is_singular, np.nan, np.sqrt(unexplained / (n_obs - terms)))
    spread = np.sqrt(np.einsum("nij,ij->in", design.inverse @ inverse, design.inverse))
    estimate = np.where(is_singular, np.nan, design.inverse @ projections)
    return (
        estimate,
        spread * residual_std,
        np.where(is_singular, np.nan, _share(total - unexplained, total)),
        residual_std,
    )


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide; NaN where there is nothing to explain."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)
