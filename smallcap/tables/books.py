"""The tables of books: definitions, holdings, returns. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    looks_later,
    ratio,
    text,
    year,
)
from smallcap.tables.factors import MONTH, MONTH_YEAR


class Books(dy.Schema):
    """One row per book available from the source: a fixed list of names, or the survivors of the funnel."""

    book = key_text("name of the book")
    kind = text("list: fixed names; survivors: formed from the funnel each June", nullable=False)
    weighting = text("equal or given, rebalanced at each month's end", nullable=False)
    first_month = date(
        "last day of the first month held; null for survivors, held from the month after the first June"
    )
    last_month = date("last day of the last month held; null if open")
    chosen_on = date("day on which a list was fixed; null for survivors, which are chosen each June")
    is_formed_in_advance = flag("every name was chosen before the first month in which it is held")
    has_claims = flag("the book claims the tilts of filter 7: small, cheap, not unprofitable")
    passed_over = text("numbers of the filters that survivors need not pass, comma-separated; null for none")
    without_kinds = text("kinds of company that the book does not hold, comma-separated; null for none")
    description = text("what the book is", nullable=False)
    source = text("origin of the book", nullable=False)


class BookLines(dy.Schema):
    """One row per fixed list and ticker: the line that the ticker resolves to, or why there is none."""

    book = key_text("name of the book")
    ticker = key_text("the ticker as in the book")
    security_id = dy.Int64(nullable=True, description="our id of the line (share class); null if unresolved")
    entity_id = dy.Int64(nullable=True, description="our id of the company")
    weight = ratio("the weight given in the book; null for equal weights", min=0, max=1)
    is_resolved = flag("the ticker resolves to a line")
    unresolved_reason = text("why is_resolved is false")


class BookHoldings(dy.Schema):
    """One row per book, month and line planned for the month, up to the month in which it stops."""

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    security_id = key_id("our id of the line (share class)")
    entity_id = dy.Int64(nullable=False, description="our id of the company")
    ticker = text("the ticker as in the book or the funnel", nullable=False)
    formed_as_of = date("the date whose survivors are held; null for a fixed list")
    names = count("names in the book at formation, including those without a known line", unit="names")
    target_weight = ratio("weight among the holdings that have not stopped", min=0, max=1)
    weight = ratio(
        "weight in the month's return, among the holdings with a return; null without one", min=0, max=1
    )
    total_return = ratio("return of the month; null if the source has none", min=-1)
    is_extreme = flag("the return is above the limit of the rule set", nullable=True)
    is_member = flag(
        "the company was a member at the end of the month before; null if membership is unknown",
        nullable=True,
    )
    status = looks_later(
        text(
            "held; missing: no return this month (never taken as zero), but later ones by the next year's "
            "end; stopped: none from this month to the end of the next year, out of the book",
            nullable=False,
        ),
        "the returns of the next year tell missing from stopped",
    )

    @dy.rule()
    def held_has_a_return(cls) -> pl.Expr:
        """A holding has a return and a weight in it if and only if its status is held."""
        is_held = pl.col("status") == "held"
        return (is_held == pl.col("total_return").is_not_null()) & (is_held == pl.col("weight").is_not_null())


class BookReturns(dy.Schema):
    """One row per book and month with a holding, or in which the last one stops: the weighted mean return."""

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    total_return = ratio("return of the month; null if no holding has one", min=-1)
    names = count("names in the book at formation, including those without a known line", unit="names")
    holdings = count(
        "lines in the book at the start of the month, without those that have stopped", unit="lines"
    )
    with_return = count("of these, lines with a return", unit="lines")
    missing = count("of these, lines with status missing", unit="lines")
    stopped = count("lines that left because their returns have stopped", unit="lines")
    extreme = count("lines whose return is above the limit of the rule set", unit="lines")
    members = count("holdings that were members at the end of the month before", nullable=True, unit="lines")
    is_thin = flag("only one holding has a return, although the book was formed of several names")
    formed_as_of = date("the date whose survivors are held; null for a fixed list")
