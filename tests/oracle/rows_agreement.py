"""Comparison of tables that two implementations made: keys, words, and numbers but for their last digits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from smallcap.lake import Lake
from smallcap.tables import TABLES

RELATIVE = 1e-9
"""Numbers may differ by this share of the greater: sums taken in another order."""
WORDED = ("reason", "preference", "evidence", "explanation")
"""Columns of text that each implementation words in its own way."""
SIX_FILTERS = 6

Frames = Mapping[str, pl.DataFrame]


def refuse_other_funnel(lake: Lake, made: Iterable[tuple[int, Frames]]) -> None:
    """Compare the published funnel with that of another implementation, one year at a time for its memory.

    Parameters
    ----------
    lake
        The tables of a home.
    made
        A year and its tables, as `funnel_polars.funnel_by_year` gives them.

    Raises
    ------
    ValueError
        At the first difference.
    """
    for year, tables in made:
        for name, found in tables.items():
            ours, theirs = lake.read(name, [year]), found
            if name == "marts.metric_differences":
                # smallcap does not compare the vendor's ratios of companies that were never listed.
                theirs = theirs.join(ours.select("entity_id").unique(), on="entity_id", how="semi")
            if name == "marts.funnel_summary":
                # Filter 7 belongs to the book, whose regressions have an oracle of their own.
                ours = ours.filter(pl.col("filter_number") <= SIX_FILTERS)
            _refuse(name, ours, theirs)


def refuse_other_anatomy(lake: Lake, made: Frames) -> None:
    """Compare the published tables of the index with those of another implementation.

    Raises
    ------
    ValueError
        At the first difference.
    """
    for name, theirs in made.items():
        years = sorted(theirs["year"].unique()) if TABLES[name].is_partitioned else None
        _refuse(name, lake.read(name, years), theirs)


def _refuse(name: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    refuse_differences(name, ours, theirs, TABLES[name].key, set(WORDED) & set(ours.columns))


def refuse_differences(
    name: str, ours: pl.DataFrame, theirs: pl.DataFrame, key: list[str], apart_from: Collection[str] = ()
) -> None:
    """Compare two frames of the same rows.

    Parameters
    ----------
    name
        The table, for the message.
    ours, theirs
        What smallcap and the other implementation made, in any order; numbers may be of different width.
    key
        Columns that identify a row.
    apart_from
        Columns that are not compared.

    Raises
    ------
    ValueError
        When columns, keys or any value differ; the message shows the first row of both.
    """
    if set(ours.columns) != set(theirs.columns):
        raise ValueError(
            f"{name}: the other implementation has other columns than smallcap: "
            f"{sorted(set(ours.columns) ^ set(theirs.columns))}"
        )
    compared = [column for column in ours.columns if column not in apart_from]
    own, other = (
        ours.select(compared).sort(key),
        theirs.select(pl.col(column).cast(ours.schema[column]) for column in compared).sort(key),
    )
    if not own.select(key).equals(other.select(key)):
        raise ValueError(
            f"{name}: the other implementation has other rows than smallcap ({other.height} and {own.height})"
        )
    beside = own.hstack(other.rename(lambda column: f"{column}_bare"))
    for column in compared:
        differing = beside.filter(_is_different(column, ours.schema[column]))
        if differing.height:
            first = differing.row(0, named=True)
            at = {part: str(first[part]) for part in key}
            raise ValueError(
                f"{name}: {column} differs in {differing.height} of {own.height} rows, first at {at}: "
                f"{first[column]} by smallcap, {first[f'{column}_bare']} by the other"
            )


def _is_different(column: str, kind: pl.DataType) -> pl.Expr:
    own, other = pl.col(column), pl.col(f"{column}_bare")
    if not kind.is_float():
        return own.ne_missing(other)
    is_apart = (own - other).abs() > RELATIVE * pl.max_horizontal(own.abs(), other.abs())
    return (own.is_null() != other.is_null()) | is_apart.fill_null(False)
