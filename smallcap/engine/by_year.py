"""Going through the years of a table that is made, with what each is made from, read as the years proceed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from smallcap.engine.asked_years import years_read
from smallcap.engine.context import Run
from smallcap.engine.lineage import READS
from smallcap.tables import TABLES

READ_TOGETHER = 6
"""Years that are read at once: more of them hold more in memory, fewer open more files one by one."""


class ReadByYear:
    """The rows of a partitioned table that a range of years is made from, a few of its years at a time.

    Twenty years of all that a table is made from would take most of a run's memory.

    Parameters
    ----------
    read
        Reads some years, sorted by year.
    years
        All the years that will be requested.
    """

    def __init__(self, read: Callable[[Sequence[int]], pl.DataFrame], years: Sequence[int]) -> None:
        self._read, self._ahead = read, sorted(years)
        self._held: dict[int, pl.DataFrame] = {}

    def rows(self, years: Sequence[int]) -> pl.DataFrame:
        """Return the rows of some years, the first of them no earlier than in the call before.

        Years before the first are released.
        """
        self._held = {year: rows for year, rows in self._held.items() if year >= min(years)}
        while self._ahead and self._ahead[0] <= max(years):
            together, self._ahead = self._ahead[:READ_TOGETHER], self._ahead[READ_TOGETHER:]
            self._held |= _cut(self._read(together), together)
        return pl.concat([self._held[year] for year in years])


def each_year(
    run: Run, name: str, read: Mapping[str, ReadByYear]
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
    read
        The rows of each partitioned table that is read, by its name without the layer.

    Yields
    ------
    tuple
        The year, and for each table the rows of the year's own window.
    """
    windows = {TABLES[upstream].short_name: (upstream, window) for upstream, window in READS[name].items()}
    for year in run.years.of(name):
        yield year, {short: rows.rows(years_read(*windows[short], [year])) for short, rows in read.items()}


def _cut(rows: pl.DataFrame, years: Sequence[int]) -> dict[int, pl.DataFrame]:
    """Cut rows that are sorted by year into years: slices, because copies would double the memory."""
    runs = rows.select(pl.col("year").rle().struct.unnest()).with_columns(
        start=pl.col("len").cum_sum() - pl.col("len")
    )
    parts = dict.fromkeys(years, rows.clear())
    for length, year, start in runs.select("len", "value", "start").iter_rows():
        parts[year] = rows.slice(start, length)
    return parts
