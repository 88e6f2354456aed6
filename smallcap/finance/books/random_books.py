"""Many books at once, as arrays: monthly returns from weights, alphas, and random draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from smallcap.finance.factors.fit import Floats
from smallcap.finance.factors.rolling import rolling_loadings
from smallcap.finance.factors.series import RISK_FREE, Factors

BOOKS_AT_ONCE = 1000
"""Books per batch: limits the weights for 2,000 names to 16 MB, however many books are drawn."""


def return_matrix(returns: pl.DataFrame, months: pl.Series, lines: pl.Series) -> Floats:
    """Arrange monthly returns as a matrix, NaN where no return is known.

    Parameters
    ----------
    returns
        Columns month, security_id and total_return.
    months, lines
        The rows and columns of the matrix.

    Returns
    -------
    ndarray
        Months by lines.
    """
    rows = pl.DataFrame({"month": months}).with_row_index("row")
    columns = pl.DataFrame({"security_id": lines}).with_row_index("column")
    known = returns.join(rows, on="month").join(columns, on="security_id")
    matrix = np.full((rows.height, columns.height), np.nan)
    matrix[known["row"].to_numpy(), known["column"].to_numpy()] = known["total_return"].to_numpy()
    return matrix


def returns_of_books(weights: Floats, returns: Floats) -> Floats:
    """Compute the monthly weighted mean of the returns that are known.

    Parameters
    ----------
    weights
        Books by lines, rebalanced each month; the weight of a line without a return goes to the others.
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
    """Regress many books on the same factors and return their alphas.

    Parameters
    ----------
    total
        Months by books, NaN where a book has no return.
    factors
        Must contain every month in `months`.
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
    """Draw random equally weighted books, each without replacement.

    Parameters
    ----------
    books, names
        Number of books, and of names in each.
    drawn_from
        Number of lines to draw from; more than `names`.
    seed
        Seed of the generator.

    Yields
    ------
    ndarray
        Books by lines, 1 for a line that is in the book; at most `BOOKS_AT_ONCE` books at a time.
    """
    generator = np.random.default_rng(seed)
    for start in range(0, books, BOOKS_AT_ONCE):
        lots = generator.random((min(BOOKS_AT_ONCE, books - start), drawn_from))
        weights = np.zeros_like(lots)
        # The lines with the smallest random numbers are in the book.
        np.put_along_axis(weights, np.argpartition(lots, names, axis=1)[:, :names], 1.0, axis=1)
        yield weights
