"""Rolling regressions of series that lack some of a window's months, on the basis of its complete series.

Where few months are missing, they are taken out of the solution on all months one at a time, as Sherman and
Morrison (1950) update an inverse: each costs a few products of the length of one month's factors. Where many
are missing, the cross-products of each series' own months are inverted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from smallcap.finance.factors.fit import Floats, Integers

Flags = npt.NDArray[np.bool_]

FEW_GAPS: Final = 4
"""Missing months up to which taking them out takes less time than inverting."""
SINGULAR: Final = 1e-12
"""Determinant of the cross-products (1 for a complete series) below which the loadings are not identified."""


@dataclass(frozen=True)
class Gaps:
    """The missing months of a panel.

    Attributes
    ----------
    months
        Row of each gap, one name's after the other's.
    first
        Place of each name's first gap among them.
    before
        Months (and one more) by names: gaps before each month.
    """

    months: Integers
    first: Integers
    before: Integers

    @classmethod
    def of(cls, known: Flags) -> Gaps:
        """Find the gaps of a panel, months by names."""
        missing = ~known
        nothing = np.zeros((1, known.shape[1]), dtype=np.int64)
        before = np.concatenate([nothing, np.cumsum(missing, axis=0)])
        count = before[-1]
        return cls(np.nonzero(missing.T)[1], np.cumsum(count) - count, before)

    def count(self, starts: Integers, ends: Integers) -> Integers:
        """Count the gaps of each window, by names."""
        return self.before[ends] - self.before[starts]

    def within(self, start: int, end: int, names: slice | Integers) -> GapsOfWindow:
        """List the gaps of a window, for some names."""
        before = self.before[start][names]
        count = self.before[end][names] - before
        gappy = np.flatnonzero(count)
        first, count = (self.first[names] + before)[gappy], count[gappy]
        place = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
        return GapsOfWindow(self.months[place] - start, gappy, count)


@dataclass(frozen=True)
class GapsOfWindow:
    """The missing months of a window: rows, one name's after the other's; the names, and their numbers."""

    months: Integers
    names: Integers
    count: Integers


@dataclass(frozen=True)
class Solved:
    """The solution of series with gaps.

    Attributes
    ----------
    projections
        Terms by names, on the basis.
    spread
        Terms by names: an estimate's standard error over the standard deviation of the residuals.
    is_singular
        Names whose loadings are not identified; their numbers mean nothing.
    """

    projections: Floats
    spread: Floats
    is_singular: Flags


def take_out(basis: Floats, inverse: Floats, projections: Floats, gaps: GapsOfWindow) -> Solved:
    """Solve series with few missing months, by taking these out one at a time.

    Parameters
    ----------
    basis, inverse
        Orthonormal columns (months by terms), and the inverse of R.
    projections
        Terms by names: the returns on the basis, with 0 in missing months.
    gaps
        The missing months of these names.
    """
    # `take` keeps the values of a term together; an index would put those of a name together.
    names, first = np.arange(len(gaps.count)), np.cumsum(gaps.count) - gaps.count
    solved, squared = projections.copy(), np.repeat((inverse**2).sum(axis=1)[:, None], len(names), axis=1)
    determinant = np.ones(len(names))
    taken: list[tuple[Floats, Floats]] = []
    for step in range(int(gaps.count.max(initial=0))):
        goes_on = np.flatnonzero(gaps.count[names] > step)
        names, given = names[goes_on], np.take(projections, names[goes_on], axis=1)
        taken = [(np.take(through, goes_on, axis=1), left[goes_on]) for through, left in taken]
        month = np.take(basis.T, gaps.months[first[names] + step], axis=1)
        through = month.copy()
        for earlier, share in taken:
            through += earlier * (_products(earlier, month) / share)
        left = 1 - _products(month, through)
        determinant[names] *= left
        left[determinant[names] < SINGULAR] = 1.0
        taken.append((through, left))
        step_solved, step_squared = (
            through * (_products(through, given) / left),
            (inverse @ through) ** 2 / left,
        )
        for term in range(len(basis.T)):
            solved[term][names] += step_solved[term]
            squared[term][names] += step_squared[term]
    return Solved(solved, np.sqrt(squared), determinant < SINGULAR)


def invert(basis: Floats, inverse: Floats, projections: Floats, known: Flags) -> Solved:
    """Solve series with many missing months, by inverting each one's cross-products.

    Parameters are those of `take_out`; `known` says, months by names, which returns there are.
    """
    terms = basis.shape[1]
    pairs = np.einsum("mi,mj->mij", basis, basis).reshape(len(basis), -1)
    products = (known.astype(np.float64).T @ pairs).reshape(-1, terms, terms)
    is_singular = np.linalg.det(products) < SINGULAR
    products[is_singular] = np.eye(terms)
    own = np.linalg.inv(products)
    spread = np.sqrt(np.einsum("nij,ij->in", inverse @ own, inverse))
    return Solved(np.einsum("nij,jn->in", own, projections), spread, is_singular)


def _products(these: Floats, those: Floats) -> Floats:
    return np.asarray(np.einsum("tn,tn->n", these, those))
