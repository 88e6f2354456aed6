"""Reading what a table is made from, and writing what came out.

No table is computed here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from smallcap.engine.asked_years import years_read
from smallcap.engine.by_year import ReadByYear
from smallcap.engine.context import Run
from smallcap.engine.lineage import READS
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.lake.store import Written
from smallcap.tables import TABLES

PROGRESS = logging.getLogger("smallcap.progress")


@dataclass(frozen=True)
class Rows:
    """What an asset returns: rows, at once or by years, and refused rows (year, rule, row_json)."""

    frame: pl.DataFrame | Iterable[pl.DataFrame]
    refused: pl.DataFrame | None = None


def read(
    run: Run,
    upstream: str,
    for_table: str,
    columns: Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
) -> pl.DataFrame:
    """Read what `for_table` is made from of `upstream`, for all the years that the run makes.

    `columns` and `where` as `Lake.read`. Where the run makes no year, no file is opened.
    """
    if not run.years.is_made(for_table):
        return TABLES[upstream].empty().select(list(columns or TABLES[upstream].columns))
    is_by_year = TABLES[upstream].is_partitioned and TABLES[for_table].is_partitioned
    window = READS[for_table][upstream]
    years = years_read(upstream, window, run.years.of(for_table)) if is_by_year else None
    return run.home.lake.read(upstream, years, columns, where)


def read_by_year(
    run: Run,
    upstream: str,
    for_table: str,
    columns: Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
) -> ReadByYear:
    """Read as `read`, for a table that is made year by year: rows come into memory when their year does."""
    years = years_read(upstream, READS[for_table][upstream], run.years.of(for_table))
    return ReadByYear(lambda some: run.home.lake.read(upstream, some, columns, where), years)


def write(run: Run, name: str, rows: Rows) -> Written:
    """Write what an asset returned, stamped with the run and with what it was made from."""
    lake = run.home.lake
    versions = {upstream: lake.version(upstream) for upstream in READS.get(name, {})}
    if not TABLES[name].is_partitioned:
        if not isinstance(rows.frame, pl.DataFrame):
            raise TypeError(f"{name} is not partitioned: its rows come at once")
        inputs = run.digests.inputs(name, [UNPARTITIONED])[UNPARTITIONED]
        # What a source adds leaves what was made before as it is; a book that is added does not.
        growing = ("valid_to",) if TABLES[name].layer == "raw" else ()
        return lake.write_whole(name, rows.frame, run.run_id, inputs, versions, growing)
    years = run.years.of(name)
    # Refused rows of no known year go to the requested year.
    undated = max(run.asked, default=None)
    return lake.write_years(
        name, rows.frame, years, run.run_id, run.digests.inputs(name, years), versions, rows.refused, undated
    )
