"""Merges a delivery with the rows that a home already has of the same source, and says what is missing.

A source may stop delivering a row, deliver a figure as null that it delivered before, or date a filing
anew. What is no longer delivered stays and is marked; a null replaces no figure of the same filing; a record
that was dated anew replaces the one before. Both sides carry our ids, given anew from the same
raw.securities, so a corrected identity leaves no old row either. Pure functions.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

import polars as pl

MISSING: Final = "missing_since"
STORED_YEAR: Final = "stored_year"
"""The partition that a row had before the merge; null for a delivered row."""

COMPARED_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "id": pl.Int64,
    "name": pl.String,
    "data_year": pl.Int32,
    "missing_since": pl.Date,
    "is_lost": pl.Boolean,
    "cells": pl.Int64,
    "cells_lost": pl.Int64,
}


@dataclass(frozen=True)
class Matching:
    """How rows of a dataset are matched.

    Attributes
    ----------
    record
        The columns that name a record; of one record there may be several filings.
    filing
        The column that tells filings of one record apart, and whose correction is recognised by equal
        figures; None where a record has one row.
    figures
        The columns that hold figures. A null among them replaces nothing.
    period
        The date whose calendar year the row describes.
    our_id, their_id
        Our id of the line or company, and the source's.
    observed
        The day on which a record was observed, where later days replace earlier ones: an earlier day does
        not replace a later one, and figures fill nulls of the same day only. None elsewhere.
    """

    record: tuple[str, ...]
    figures: tuple[str, ...]
    period: str
    our_id: str
    their_id: str
    filing: str | None = None
    observed: str | None = None

    @property
    def key(self) -> list[str]:
        """The columns that name one row."""
        return [*self.record, *([self.filing] if self.filing else [])]


@dataclass(frozen=True)
class Before:
    """What a home has of a source, to merge a delivery with.

    Attributes
    ----------
    rows
        Rows of the raw table.
    is_asked
        Whether a row is among those that the source was asked for; other rows stay as they are.
    today
        The source's day, recorded for rows that are no longer delivered.
    """

    rows: pl.DataFrame
    is_asked: pl.Expr
    today: dt.date


@dataclass(frozen=True)
class Merged:
    """A merged delivery.

    Attributes
    ----------
    rows
        Delivered rows and rows kept, with `missing_since` and `stored_year`.
    compared
        One row per stored row that was asked for: id, name (the source's id), data_year, missing_since (as it
        was), is_lost (no longer delivered), cells (figures), cells_lost (figures that came as null).
    moved
        The stored years of records that were dated anew, with the new filing: `stored_year` and the key.
    """

    rows: pl.DataFrame
    compared: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COMPARED_SCHEMA))
    moved: pl.DataFrame = field(default_factory=pl.DataFrame)


def merged(delivered: pl.DataFrame, before: Before, matching: Matching) -> Merged:
    """Merge delivered rows with stored ones.

    Parameters
    ----------
    delivered
        Rows with our ids.
    before
        Stored rows with our ids given anew, in the columns of `delivered` and `missing_since`, `stored_year`.
    matching
        How rows are matched.
    """
    stored = before.rows.with_columns(is_asked=before.is_asked).with_row_index("at")
    # Where two stored rows have come under one id, one of them is enough.
    stored = stored.unique(matching.key, keep="last", maintain_order=True)
    delivered = _with_filing(_not_older(delivered, stored, matching), stored, matching)
    pairs = stored.select("at", *matching.key).join(
        delivered.select(matching.key).unique(), on=matching.key, how="semi", nulls_equal=True
    )
    left = stored.join(pairs, on="at", how="anti")
    moved = _moved(left, delivered, stored, matching)
    lost = left.join(moved, on="at", how="anti")
    kept = lost.with_columns(
        pl.when("is_asked").then(pl.col(MISSING).fill_null(before.today)).otherwise(MISSING).alias(MISSING)
    )
    filled, nulled = _filled(delivered, stored, matching)
    return Merged(
        pl.concat([as_delivered(filled), kept.select(*filled.columns, MISSING, STORED_YEAR)]),
        _compared(stored, lost, nulled, matching),
        moved.drop("at"),
    )


def as_delivered(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of merged rows to rows that are all delivered."""
    return rows.with_columns(
        pl.lit(None, dtype=pl.Date).alias(MISSING), pl.lit(None, dtype=pl.Int32).alias(STORED_YEAR)
    )


def _not_older(delivered: pl.DataFrame, stored: pl.DataFrame, matching: Matching) -> pl.DataFrame:
    """Leave out delivered rows that were observed before the stored row of the same record."""
    day = matching.observed
    if day is None:
        return delivered
    later = stored.select(*matching.key, stored_day=day)
    joined = delivered.join(later, on=matching.key, how="left", maintain_order="left", nulls_equal=True)
    return joined.filter(pl.col("stored_day").is_null() | (pl.col(day) >= pl.col("stored_day"))).drop(
        "stored_day"
    )


def _with_filing(delivered: pl.DataFrame, stored: pl.DataFrame, matching: Matching) -> pl.DataFrame:
    """Give a row that came without the date of its filing the stored one of the same record and figures."""
    filing = matching.filing
    if filing is None:
        return delivered
    shared = [*matching.record, *matching.figures]
    dated = stored.filter(pl.col(filing).is_not_null() & _has_figures(matching)).sort(filing)
    known = dated.select(*shared, filing_before=filing).unique(shared, keep="first", maintain_order=True)
    return (
        delivered.join(known, on=shared, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.coalesce(filing, "filing_before").alias(filing))
        .select(delivered.columns)
    )


def _has_figures(matching: Matching) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).is_not_null() for name in matching.figures)


def _moved(
    left: pl.DataFrame, delivered: pl.DataFrame, stored: pl.DataFrame, matching: Matching
) -> pl.DataFrame:
    """Find stored rows whose filing was dated anew: a new filing of the record has the same figures."""
    columns = ["at", STORED_YEAR, *matching.key]
    if matching.filing is None:
        return left.select(columns).clear()
    new = delivered.join(stored, on=matching.key, how="anti", nulls_equal=True)
    shared = [*matching.record, *matching.figures]
    return (
        left.filter(_has_figures(matching))
        .drop(matching.filing)
        .join(
            new.select(*shared, matching.filing).unique(shared, keep="first", maintain_order=True),
            on=shared,
            how="inner",
            nulls_equal=True,
        )
        .select(columns)
    )


def _filled(
    delivered: pl.DataFrame, stored: pl.DataFrame, matching: Matching
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fill nulls of the same filing with the stored figures; also return `at` and how many were filled."""
    on = [*matching.key, *([matching.observed] if matching.observed else [])]
    beside = delivered.join(
        stored.select("at", *on, *[pl.col(name).alias(f"{name}_before") for name in matching.figures]),
        on=on,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    is_lost = [pl.col(name).is_null() & pl.col(f"{name}_before").is_not_null() for name in matching.figures]
    nulled = beside.select("at", cells_lost=pl.sum_horizontal(is_lost).cast(pl.Int64)).filter(
        pl.col("at").is_not_null() & (pl.col("cells_lost") > 0)
    )
    filled = beside.with_columns(pl.coalesce(name, f"{name}_before").alias(name) for name in matching.figures)
    return filled.select(delivered.columns), nulled.unique("at")


def _compared(
    stored: pl.DataFrame, lost: pl.DataFrame, nulled: pl.DataFrame, matching: Matching
) -> pl.DataFrame:
    asked = stored.filter("is_asked")
    return (
        asked.select(
            "at",
            MISSING,
            id=matching.our_id,
            name=matching.their_id,
            data_year=pl.col(matching.period).dt.year(),
            cells=pl.sum_horizontal(pl.col(name).is_not_null() for name in matching.figures).cast(pl.Int64),
        )
        .join(lost.select("at", is_lost=pl.lit(value=True)), on="at", how="left")
        .join(nulled, on="at", how="left")
        .with_columns(pl.col("is_lost").fill_null(value=False), pl.col("cells_lost").fill_null(0))
        .select(pl.col(name).cast(dtype) for name, dtype in COMPARED_SCHEMA.items())
    )
