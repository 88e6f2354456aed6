"""Many books at once, as arrays: their monthly returns from weights and lines, their alphas, and the drawing of random ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from smallcap.finance.factors.rolling import Floats, rolling_loadings
from smallcap.finance.factors.series import RISK_FREE, Factors

BOOKS_AT_ONCE = 1000
"""So that the weights of 2,000 names take 16 MB, however many books are drawn."""


def return_matrix(returns: pl.DataFrame, months: pl.Series, lines: pl.Series) -> Floats:
    """Lay monthly returns out as months by lines, NaN where none is known.

    Parameters
    ----------
    returns
        month, security_id, total_return.
    months, lines
        The rows and columns of the matrix.
    """
    rows = pl.DataFrame({"month": months}).with_row_index("row")
    columns = pl.DataFrame({"security_id": lines}).with_row_index("column")
    known = returns.join(rows, on="month").join(columns, on="security_id")
    matrix = np.full((rows.height, columns.height), np.nan)
    matrix[known["row"].to_numpy(), known["column"].to_numpy()] = known["total_return"].to_numpy()
    return matrix


def returns_of_books(weights: Floats, returns: Floats) -> Floats:
    """Earn the weighted mean of the returns that are known, month by month.

    Parameters
    ----------
    weights
        Books by lines, restored each month; a line without a return leaves its weight to the others.
    returns
        Months by lines, NaN where none is known.

    Returns
    -------
    ndarray
        Months by books, NaN where no line has a return.
    """
    is_known = np.isfinite(returns)
    earned = np.where(is_known, returns, 0.0) @ weights.T
    weight = is_known.astype(np.float64) @ weights.T
    return np.divide(earned, weight, out=np.full_like(earned, np.nan), where=weight > 0)


def alphas_of_books(total: Floats, factors: Factors, months: pl.Series, least_months: int) -> Floats:
    """Regress many books on the same factors; return what the factors leave over.

    Parameters
    ----------
    total
        Months by books, NaN where a book has no return.
    factors
        They have every one of `months`.
    months
        The rows of `total`.
    least_months
        A book with fewer has no alpha.

    Returns
    -------
    ndarray
        One monthly alpha per book, NaN where there is none.
    """
    same_months = months.rename("month").to_frame().join(factors.frame, on="month", maintain_order="left")
    explaining, risk_free = same_months.select(factors.terms).to_numpy(), same_months[RISK_FREE].to_numpy()
    fit = rolling_loadings(total, explaining, [len(total) - 1], len(total), least_months, risk_free)
    return fit.estimate[0, :, 0]


def drawn_weights(books: int, names: int, drawn_from: int, seed: int) -> Iterator[Floats]:
    """Draw books of equal weights, each without replacement.

    Parameters
    ----------
    books
        How many.
    names
        In each.
    drawn_from
        Lines to draw from; more than `names`.
    seed
        The same seed draws the same books.

    Yields
    ------
    ndarray
        Books by lines, 1 for a line that is in the book; at most `BOOKS_AT_ONCE` books at a time.
    """
    generator = np.random.default_rng(seed)
    for start in range(0, books, BOOKS_AT_ONCE):
        lots = generator.random((min(BOOKS_AT_ONCE, books - start), drawn_from))
        weights = np.zeros_like(lots)
        # The lines with the smallest lots are in.
        np.put_along_axis(weights, np.argpartition(lots, names, axis=1)[:, :names], 1.0, axis=1)
        yield weights
