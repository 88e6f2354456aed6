"""Constituents of each book by month.

Fixed lists are held over their period, survivors of the funnel from one year's formation to the next.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.formation import formation_dates
from smallcap.finance.funnel.outcomes import FORGIVING_FILTERS
from smallcap.finance.statuses import FAIL, NOT_APPLICABLE, VERIFY
from smallcap.rules.types.books import LIST, SURVIVORS

BUSINESS_FILTER = "1"
SPELL_COLUMNS = (
    "book",
    "security_id",
    "entity_id",
    "ticker",
    "formed_as_of",
    "names",
    "given_weight",
    "first_held",
    "last_held",
)


def book_spells(
    books: pl.DataFrame, book_lines: pl.DataFrame, outcomes: pl.DataFrame, members: pl.DataFrame
) -> pl.DataFrame:
    """Compute the period over which each book plans to hold each line.

    Survivors are those of the last as_of in June, from that date's rows only. They are held from July to the
    following June, through the line that core.members had for the company at formation. A year whose rows of
    June are left out forms its book in July.

    Parameters
    ----------
    books, book_lines, outcomes, members
        Rows of core.books, core.book_lines, marts.funnel_outcomes, and core.members for the same as_ofs.

    Returns
    -------
    pl.DataFrame
        One row per book, formation and line, in `SPELL_COLUMNS`: `names` is the number of names at formation,
        `given_weight` is 1 for equal weights, `first_held` and `last_held` are the last days of the first and
        last month held; `last_held` is null while the holding is open.
    """
    return pl.concat([_listed(books, book_lines), _survivors(books, outcomes, members)]).sort(
        "book", "first_held", "security_id"
    )


def _listed(books: pl.DataFrame, book_lines: pl.DataFrame) -> pl.DataFrame:
    periods = books.filter(pl.col("kind") == LIST).select(
        "book", pl.col("first_month", "last_month").name.replace("month", "held")
    )
    named = book_lines.with_columns(pl.len().over("book").cast(pl.Int64).alias("names"))
    resolved = named.filter("is_resolved").join(periods, on="book")
    return resolved.with_columns(
        pl.col("weight").fill_null(1.0).alias("given_weight"),
        pl.lit(None, dtype=pl.Date).alias("formed_as_of"),
    ).select(SPELL_COLUMNS)


def _survivors(books: pl.DataFrame, outcomes: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    of_funnel = books.filter(pl.col("kind") == SURVIVORS)
    formed = _kept_in(of_funnel, _at_formation(outcomes))
    lines = members.select("as_of", "entity_id", "security_id", "company_kind")
    return (
        _of_admitted_kinds(of_funnel, formed.join(lines, on=["as_of", "entity_id"]))
        .with_columns(
            pl.col("as_of").alias("formed_as_of"),
            pl.len().over("book", "as_of").cast(pl.Int64).alias("names"),
            pl.lit(1.0).alias("given_weight"),
            pl.col("as_of").dt.month_end().dt.offset_by("1d").dt.month_end().alias("first_held"),
        )
        .join(formation_dates(outcomes["as_of"]), on="as_of")
        .select(SPELL_COLUMNS)
    )


def _at_formation(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows of the dates at which books are formed."""
    return outcomes.join(formation_dates(outcomes["as_of"]), on="as_of", how="semi", maintain_order="left")


def _kept_in(books: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Select the companies of each book: those that no filter of the book excludes.

    Exclusion follows the rule of marts.funnel_outcomes. Filters in the book's `passed_over` are ignored. For
    a book that ignores none, the result is the companies with outcome survivor or survivor_unverified. A book
    that ignores filter 1 also ignores what cannot be asked of a kind of company: it is there to hold them.
    """
    passed_over = pl.col("passed_over").fill_null("").str.split(",")
    is_ignored = passed_over.list.contains(pl.col("filter_number").cast(pl.String))
    status = pl.col("stand_alone_status")
    is_unanswered = (status == NOT_APPLICABLE) & ~passed_over.list.contains(BUSINESS_FILTER)
    is_open = ((status == VERIFY) | is_unanswered) & (pl.col("filter_number") > FORGIVING_FILTERS)
    keeps_out = ((status == FAIL) | is_open) & ~is_ignored
    judged = books.select("book", "passed_over").join(outcomes, how="cross")
    companies = judged.group_by("book", "as_of", "entity_id", "ticker").agg(
        keeps_out.any().alias("is_kept_out")
    )
    return companies.filter(~pl.col("is_kept_out"))


def _of_admitted_kinds(books: pl.DataFrame, formed: pl.DataFrame) -> pl.DataFrame:
    """Leave out the companies of the kinds that a book does not hold."""
    without = books.select("book", pl.col("without_kinds").fill_null("").str.split(","))
    is_left_out = pl.col("without_kinds").list.contains(pl.col("company_kind")).fill_null(False)
    return formed.join(without, on="book", how="left").filter(~is_left_out)
