"""marts.book_returns: what each book earned in each month."""

from __future__ import annotations

import polars as pl

from smallcap.finance.books.holdings import HELD, MISSING, STOPPED
from smallcap.finance.frames import in_columns_of
from smallcap.tables.books import BookReturns


def book_returns(holdings: pl.DataFrame) -> pl.DataFrame:
    """Weigh the returns of each book's holdings.

    A month without any return is null, never zero. A book is thin in a month in which one holding with a
    return is left of several names that it was formed of.

    Parameters
    ----------
    holdings
        Rows of marts.book_holdings.

    Returns
    -------
    pl.DataFrame
        The columns of marts.book_returns, sorted by book and month.
    """
    status = pl.col("status")
    is_in_book = status != STOPPED
    members = pl.col("is_member").filter(is_in_book)
    # Polars sums nothing to zero; a month without returns is unknown.
    has_return = (status == HELD).any()
    # Sorted first: sums of the same numbers in another order differ in their last digit.
    monthly = (
        holdings.sort("book", "month", "security_id")
        .group_by("year", "book", "month")
        .agg(
            pl.when(has_return).then((pl.col("weight") * pl.col("total_return")).sum()).alias("total_return"),
            pl.col("names").first(),
            is_in_book.sum().alias("holdings"),
            (status == HELD).sum().alias("with_return"),
            (status == MISSING).sum().alias("missing"),
            (status == STOPPED).sum().alias("stopped"),
            pl.col("is_extreme").fill_null(False).sum().alias("extreme"),
            pl.when(members.is_not_null().any()).then(members.sum()).alias("members"),
            pl.col("formed_as_of").first(),
        )
    )
    is_thin = (pl.col("with_return") == 1) & (pl.col("names") > 1)
    return in_columns_of(monthly.with_columns(is_thin.alias("is_thin")), BookReturns).sort("book", "month")
