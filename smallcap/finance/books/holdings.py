"""marts.book_holdings: each book's monthly holdings and weights, and which are missing or have stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from smallcap.finance.books.formation import book_spells
from smallcap.finance.frames import in_columns_of
from smallcap.tables.books import BookHoldings

HELD, MISSING, STOPPED = "held", "missing", "stopped"
OF_THE_BOOK = ["book", "month"]
MEMBERSHIP_DAYS = 31
"""Maximum age in days of a list of members at the date for which it is used."""
WINDOW_YEARS = (-1, 0, 1)
"""Years, relative to the month's own year, whose returns decide whether a holding is missing or stopped."""


def book_holdings(
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    outcomes: pl.DataFrame,
    members: pl.DataFrame,
    returns: pl.DataFrame,
    years: Sequence[int],
    last_month: dt.date,
) -> pl.DataFrame:
    """List each book's holdings in each month of some years; weights are rebalanced at each month's end.

    A holding without a return in the month is missing if a later return is known by the end of the next
    year, and has stopped otherwise. The month in which it stops is its last row; if returns resume after such
    a gap, it is missing from the January of the year before they resume, then held again. A year is computed
    only from the returns of the year before to the year after, so the result does not depend on which other
    years are computed with it. Later returns only distinguish missing from stopped, which affects the target
    weights: neither has a weight in the month's return, so holdings and returns never depend on later data.

    Parameters
    ----------
    books, book_lines
        Rows of core.books and core.book_lines.
    outcomes, members
        Rows of marts.funnel_outcomes and core.members, starting with the year before the first of `years`.
    returns
        Rows of core.monthly_returns, from the year before the first of `years` to the year after the last.
    years
        Calendar years to compute.
    last_month
        Last day of the last month for which any return is known.

    Returns
    -------
    pl.DataFrame
        The columns of marts.book_holdings, sorted by book, month and line.
    """
    spells = book_spells(books, book_lines, outcomes, members)
    meant = _months_of(spells, years, last_month)
    judged = _with_status(meant, returns, years).sort(*OF_THE_BOOK, "security_id")
    weighed = judged.with_columns(
        _share(pl.col("status") != STOPPED).alias("target_weight"),
        _share(pl.col("status") == HELD).alias("weight"),
    )
    return in_columns_of(_with_membership(weighed, members), BookHoldings)


def _months_of(spells: pl.DataFrame, years: Sequence[int], last_month: dt.date) -> pl.DataFrame:
    """Expand each spell into its months within the years."""
    ends = (
        pl.date_range(dt.date(min(years), 1, 1), dt.date(max(years), 12, 1), "1mo", eager=True)
        .dt.month_end()
        .alias("month")
    )
    months = ends.to_frame().with_columns(pl.col("month").dt.year().alias("year"))
    known = months.filter(pl.col("year").is_in(list(years)) & (pl.col("month") <= last_month))
    goes_on = pl.col("last_held").is_null() | (pl.col("month") <= pl.col("last_held"))
    return spells.join(known, how="cross").filter((pl.col("month") >= pl.col("first_held")) & goes_on)


def _with_status(meant: pl.DataFrame, returns: pl.DataFrame, years: Sequence[int]) -> pl.DataFrame:
    """Add the month's return and the status of the holding.

    A holding has no rows after the month in which it stopped.
    """
    known = meant.join(
        returns.select("month", "security_id", "total_return", "is_extreme"),
        on=["month", "security_id"],
        how="left",
    )
    placed = known.join(_last_returns(returns, years), on=["year", "security_id"], how="left")
    month_after = pl.col("last_return").dt.offset_by("1d").dt.month_end()
    stops_in = pl.max_horizontal("first_held", month_after)
    status = (
        pl.when(pl.col("total_return").is_not_null())
        .then(pl.lit(HELD))
        .when((pl.col("month") < pl.col("last_return")).fill_null(False))
        .then(pl.lit(MISSING))
        .otherwise(pl.lit(STOPPED))
    )
    judged = placed.with_columns(status.alias("status"))
    return judged.filter((pl.col("status") != STOPPED) | (pl.col("month") == stops_in))


def _last_returns(returns: pl.DataFrame, years: Sequence[int]) -> pl.DataFrame:
    """Find the last month with a return of each line in the window of each year."""
    offsets = pl.DataFrame({"offset": WINDOW_YEARS}, schema={"offset": pl.Int32})
    windows = pl.DataFrame({"year": list(years)}, schema={"year": pl.Int32}).join(offsets, how="cross")
    of_return = windows.select("year", (pl.col("year") + pl.col("offset")).alias("return_year"))
    dated = returns.select("security_id", "month", pl.col("month").dt.year().alias("return_year"))
    return (
        dated.join(of_return, on="return_year")
        .group_by("year", "security_id")
        .agg(pl.col("month").max().alias("last_return"))
    )


def _share(takes_part: pl.Expr) -> pl.Expr:
    """Compute the weight among the holdings of the month that take part; null for the others."""
    own = pl.when(takes_part).then(pl.col("given_weight"))
    return own / own.sum().over(OF_THE_BOOK)


def _with_membership(holdings: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Add whether the company was a member at the end of the month before.

    The latest list at most `MEMBERSHIP_DAYS` old decides; null if there is none.
    """
    listed_on = members.select("as_of").unique().sort("as_of")
    day_before = pl.col("month").dt.month_start().dt.offset_by("-1d").alias("day_before")
    before = holdings.select("month").unique().sort("month").with_columns(day_before)
    dated = before.join_asof(
        listed_on, left_on="day_before", right_on="as_of", tolerance=f"{MEMBERSHIP_DAYS}d"
    )
    listed = members.select("as_of", "entity_id", pl.lit(True).alias("is_listed"))
    asked = holdings.join(dated.select("month", "as_of"), on="month", maintain_order="left").join(
        listed, on=["as_of", "entity_id"], how="left", maintain_order="left"
    )
    is_member = pl.when(pl.col("as_of").is_not_null()).then(pl.col("is_listed").fill_null(False))
    return asked.with_columns(is_member.alias("is_member"))
