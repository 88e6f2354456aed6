"""The rows of core.rejects: made from rows that other tables refuse, replacing those of earlier writes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import polars as pl

from smallcap.tables import TABLES

REFUSED_COLUMNS = ["year", "rule", "row_json"]
REJECTS = TABLES["core.rejects"]


def reject_rows(
    name: str, parts: Sequence[pl.DataFrame | None], years: Sequence[int], undated_year: int
) -> pl.DataFrame:
    """Make rows of core.rejects from refused rows; the same row refused twice is two rows.

    A refused row whose year is not among `years` is kept under the nearest of them, and one whose year is
    unknown under `undated_year`, so that none is lost.

    Returns
    -------
    pl.DataFrame
        The columns of core.rejects, and `is_undated`: the year was unknown.
    """
    columns = REJECTS.columns
    known = [part.select(REFUSED_COLUMNS) for part in parts if part is not None and part.height]
    if not known:
        return pl.DataFrame(schema={**columns, "is_undated": pl.Boolean})
    rows = pl.concat(known).with_columns(
        pl.col("year").clip(min(years), max(years)).fill_null(undated_year).cast(pl.Int32),
        is_undated=pl.col("year").is_null(),
        table_name=pl.lit(name),
        nth=pl.int_range(pl.len()).over("rule", "row_json"),
    )
    return rows.with_columns(reject_id=_digests(rows)).select(*columns, "is_undated")


def _digests(rows: pl.DataFrame) -> pl.Series:
    """Identify each row by its rule, its text, and how many equal rows come before it."""
    digests = [
        hashlib.sha256(f"{rule}|{row}|{nth}".encode()).hexdigest()[:24]
        for rule, row, nth in rows.select("rule", "row_json", "nth").iter_rows()
    ]
    return pl.Series(digests, dtype=pl.String)


def replaced_rejects(
    read: Callable[..., pl.DataFrame], name: str, rejects: pl.DataFrame, years: Sequence[int]
) -> tuple[pl.DataFrame, list[int]]:
    """Put a table's refused rows in the place of those of an earlier write of the same years.

    Rows of other tables in the same years stay. A row whose year is unknown is kept once: where an earlier
    write kept it under another year, it goes.

    Parameters
    ----------
    read
        `Lake.read`.
    name
        The table that refused the rows.
    rejects
        What `reject_rows` made of them.
    years
        The years of that table that are written.

    Returns
    -------
    tuple
        Rows of core.rejects, and the years that they replace: none where nothing changes.
    """
    undated = rejects.filter("is_undated")["reject_id"]
    there = read(REJECTS.name, None if len(undated) else [], REJECTS.key, {"table_name": name})
    moved = there.filter(pl.col("reject_id").is_in(undated.implode()) & ~pl.col("year").is_in(list(years)))
    before = read(REJECTS.name, sorted({*years, *moved["year"]}))
    is_replaced = (pl.col("table_name") == name) & pl.col("year").is_in(list(years))
    others = before.filter(~is_replaced).join(moved, on=REJECTS.key, how="anti")
    if rejects.is_empty() and others.height == before.height:
        return others, []
    rows = pl.concat([others, rejects.select(list(REJECTS.columns))]).sort(["year", *REJECTS.key])
    return rows, sorted(set(before["year"]) | set(rows["year"]))
