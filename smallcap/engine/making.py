"""Reading what a table is made from, going through its years one at a time, and writing what came out.

No table is computed here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from smallcap.engine.asked_years import years_read
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


def each_year(
    run: Run, name: str, frames: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[int, dict[str, pl.DataFrame]]]:
    """Go through the years of a table that the run makes, each with what it is made from.

    One year at a time, because a year must come out the same whatever range it is made in, and rows before
    its own windows would change it; and because twenty years of the largest tables do not fit in memory
    twice.

    Parameters
    ----------
    run
        The run.
    name
        The table that is made.
    frames
        For each partitioned table that is read, by its name without the layer, the rows of all the years that
        are read.

    Yields
    ------
    tuple
        The year, and for each frame the rows of the year's own window.
    """
    windows = {TABLES[upstream].short_name: (upstream, window) for upstream, window in READS[name].items()}
    parts = {short: _by_year(frame) for short, frame in frames.items()}
    for year in run.years.of(name):
        own = {}
        for short, by_year in parts.items():
            upstream, window = windows[short]
            there = [by_year[near] for near in years_read(upstream, window, [year]) if near in by_year]
            own[short] = pl.concat(there) if there else frames[short].clear()
        yield year, own


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


def _by_year(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Cut rows that are sorted by year into years: slices, because copies would double the memory."""
    runs = frame.select(pl.col("year").rle().struct.unnest()).with_columns(
        start=pl.col("len").cum_sum() - pl.col("len")
    )
    return {
        year: frame.slice(start, length)
        for length, year, start in runs.select("len", "value", "start").iter_rows()
    }
