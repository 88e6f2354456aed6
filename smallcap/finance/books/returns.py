"""marts.book_returns: the monthly return of each book."""

from __future__ import annotations

import polars as pl

from smallcap.finance.books.holdings import HELD, MISSING, STOPPED
from smallcap.finance.frames import in_columns_of
from smallcap.tables.books import BookReturns


def book_returns(holdings: pl.DataFrame) -> pl.DataFrame:
    """Compute the weighted return of each book's holdings.

    A month without any return is null, never zero. A book is thin in a month if only one holding has a return
    although the book was formed of several names.

    Parameters
    ----------
    holdings
        Rows of marts.book_holdings.

    Returns
    -------
    pl.DataFrame
        The columns of marts.book_returns, sorted by book and month.
    """
    # Sort first: summing the same numbers in another order changes the last digit.
    by_month = holdings.sort("book", "month", "security_id").group_by("year", "book", "month")
    monthly = by_month.agg(_return_of_month().alias("total_return"), *_counts())
    is_thin = (pl.col("with_return") == 1) & (pl.col("names") > 1)
    return in_columns_of(monthly.with_columns(is_thin.alias("is_thin")), BookReturns).sort("book", "month")


def _return_of_month() -> pl.Expr:
    # Polars sums an empty group to zero, but the return of a month without returns is unknown.
    has_return = (pl.col("status") == HELD).any()
    return pl.when(has_return).then((pl.col("weight") * pl.col("total_return")).sum())


def _counts() -> list[pl.Expr]:
    """Count the holdings by status, and those that are members of the index where that is known."""
    status = pl.col("status")
    is_in_book = status != STOPPED
    members = pl.col("is_member").filter(is_in_book)
    return [
        pl.col("names").first(),
        is_in_book.sum().alias("holdings"),
        (status == HELD).sum().alias("with_return"),
        (status == MISSING).sum().alias("missing"),
        (status == STOPPED).sum().alias("stopped"),
        pl.col("is_extreme").fill_null(False).sum().alias("extreme"),
        pl.when(members.is_not_null().any()).then(members.sum()).alias("members"),
        pl.col("formed_as_of").first(),
    ]
