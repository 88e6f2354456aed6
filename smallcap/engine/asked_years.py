"""The years of a table that a run reads and makes, by the lineage."""

from __future__ import annotations

from collections.abc import Iterable

from smallcap.engine.lineage import FIRST_YEAR, JUDGES, READS
from smallcap.engine.windows import Window
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.tables import TABLES


def years_read(upstream: str, window: Window, years: Iterable[int]) -> list[int]:
    """Return the years of `upstream` that the given years of a partitioned table are made from."""
    if not TABLES[upstream].is_partitioned:
        return [UNPARTITIONED]
    return sorted(year for year in window.around(years) if year >= FIRST_YEAR)


def years_wanted_by_others(name: str, run_years: Iterable[int]) -> set[int]:
    """Return the years of a flow table that snapshots of `run_years` need, also through other tables."""
    wanted: set[int] = set()
    for consumer, reads in READS.items():
        if name in reads:
            consumer_years = set(run_years) | (
                years_wanted_by_others(consumer, run_years) if TABLES[consumer].kind == "flow" else set()
            )
            wanted |= set(years_read(name, reads[name], consumer_years))
    return wanted


def years_to_make(
    name: str,
    run_years: Iterable[int],
    present: Iterable[int],
    stale: Iterable[int],
    last_year: int,
    due: Iterable[int] = (),
    *,
    is_forced: bool = False,
) -> list[int]:
    """Return the years of a table that a run makes.

    Of the requested years, those that are missing, or all of them where the run is forced; for a flow table
    also those that the snapshots of these years need and the lake does not have; and any existing year that
    is out of date.

    Parameters
    ----------
    name
        A partitioned table.
    run_years
        The requested years.
    present
        Years of the table that exist.
    stale
        Those of them that are out of date.
    last_year
        The last year that the source can know something of.
    due
        Years of the table that exist, but were fetched only in part, or too long ago.
    is_forced
        Whether the requested years are made even where they are up to date.
    """
    run_years, complete = set(run_years), set(present) - set(due)
    wanted = (
        years_wanted_by_others(JUDGES.get(name, name), run_years) if TABLES[name].kind == "flow" else set()
    )
    missing = {year for year in wanted if year <= last_year and year not in complete}
    return sorted((run_years if is_forced else run_years - complete) | missing | set(stale))
