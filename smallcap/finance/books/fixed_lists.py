"""A fixed list as the hindsight gap uses it: its months, its names and its own regression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from smallcap.finance.books.five_factors import five_factor_regression, measured_months
from smallcap.finance.factors.fit import OLS
from smallcap.finance.factors.series import Factors
from smallcap.rules.types.books import LIST
from smallcap.rules.types.factors import ALPHA, FactorRules

Row = dict[str, Any]


@dataclass(frozen=True)
class FixedList:
    """A fixed list over the months for which both its return and the five factors are known.

    Attributes
    ----------
    book
        Name of the list.
    months
        Columns month and total_return of the list.
    names
        Columns ticker, security_id and weight (1 for equal weights) of the lines that have a return in these
        months, sorted by ticker.
    alpha
        The alpha row of its five-factor regression, with classical standard errors.
    """

    book: str
    months: pl.DataFrame
    names: pl.DataFrame
    alpha: Row


def lists_chosen_late(
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    book_returns: pl.DataFrame,
    returns: pl.DataFrame,
    factors: Factors | None,
    rules: FactorRules,
) -> Iterator[FixedList]:
    """Yield every list that was not formed in advance, sorted by name.

    Parameters
    ----------
    books, book_lines, book_returns
        Rows of core.books, core.book_lines and marts.book_returns.
    returns
        Rows of core.monthly_returns.
    factors
        The five factors; None if none are stored.
    rules
        Minimum number of months, confidence level of the intervals.

    Yields
    ------
    FixedList
        One per list.
    """
    # There are few lists, and each has its own months and names.
    for book in books.filter((pl.col("kind") == LIST) & ~pl.col("is_formed_in_advance"))["book"].sort():
        months = measured_months(returns_of_book(book_returns, book), factors)
        priced = returns.join(months.select("month"), on="month", how="semi").select("security_id").unique()
        resolved = book_lines.filter((pl.col("book") == book) & pl.col("is_resolved")).join(
            priced, on="security_id", how="semi"
        )
        names = resolved.select("ticker", "security_id", pl.col("weight").fill_null(1.0)).sort("ticker")
        yield FixedList(book, months, names, alpha_of(five_factor_regression(months, factors, rules)))


def returns_of_book(book_returns: pl.DataFrame, book: str) -> pl.DataFrame:
    """Select one book's months and returns."""
    return book_returns.filter(pl.col("book") == book).select("month", "total_return")


def alpha_of(regression: pl.DataFrame) -> Row:
    """Select the alpha row with classical standard errors."""
    return regression.filter((pl.col("covariance") == OLS) & (pl.col("term") == ALPHA)).row(0, named=True)
