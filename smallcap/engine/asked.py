"""What is requested from a source: the companies and lines that raw.securities knows, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

YEARS_RESTATED = 9
"""What becomes known in a year is requested if it describes a fiscal year at most so many years back."""


def known_companies(securities: pl.DataFrame) -> list[str]:
    """Return the source's ids of the companies that it knows statements of."""
    return securities.filter(pl.col("is_resolved"))["source_entity_id"].drop_nulls().unique().sort().to_list()


def expected_companies(securities: pl.DataFrame, start: dt.date, end: dt.date) -> list[str]:
    """Return the source's ids of the companies that it knows and that had a listed line between two days."""
    return _listed(securities, start, end)["source_entity_id"].drop_nulls().unique().sort().to_list()


def expected_lines(securities: pl.DataFrame, start: dt.date, end: dt.date, today: dt.date) -> list[str]:
    """Return the source's ids of the lines of companies that it knows, listed between two days.

    Parameters
    ----------
    securities
        Rows of raw.securities.
    start, end
        The days that the source is asked for.
    today
        The source's day. The month that it is in counts for nothing: on the first days of a year there may be
        no session yet, so that an answer without prices lacks nothing.
    """
    last = min(end, today.replace(day=1) - dt.timedelta(days=1))
    if last < start:
        return []
    return _listed(securities, start, last)["source_id"].drop_nulls().unique().sort().to_list()


def _listed(securities: pl.DataFrame, start: dt.date, end: dt.date) -> pl.DataFrame:
    is_listed = (pl.col("valid_from") <= end) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= start))
    return securities.filter(pl.col("is_resolved") & is_listed)


def known_lines(securities: pl.DataFrame) -> list[str]:
    """Return the source's ids of all lines."""
    return securities["source_id"].drop_nulls().unique().sort().to_list()


def asked_now(dataset: str, securities: pl.DataFrame) -> int | None:
    """Return for how many companies or lines a dataset is requested now.

    None for one that is requested as one piece.
    """
    if dataset in ("fundamentals", "quarterly_fundamentals", "fundamental_tags", "vendor_metrics"):
        return len(known_companies(securities))
    return len(known_lines(securities)) if dataset == "prices" else None


def became_known(rows: pl.DataFrame, years: Collection[int]) -> pl.DataFrame:
    """Keep records that became known in the given years and describe fiscal years that are requested then.

    Where a range of years is requested at once, the source delivers older restatements with the request for
    the earliest year; a year requested alone would not have them.
    """
    is_asked = pl.col("period_end").dt.year() >= pl.col("year") - YEARS_RESTATED
    return rows.filter(pl.col("year").is_in(list(years)) & is_asked)


def refused_in(refused: pl.DataFrame, years: Collection[int]) -> pl.DataFrame:
    """Keep refused rows of the given years, and those of no known year, whose date is implausible."""
    return refused.filter(pl.col("year").is_null() | pl.col("year").is_in(list(years)))
