"""Quintile portfolios, outcomes and other definitions of quality, measured against a bare script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.against_bare import HEADINGS, MEDIANS, compared, made_by
from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle.quintile_tables import KEYS, SAME, refuse_other_quintiles

MOST_TIMES_BARE = 3.0


def section(
    home: Path, ours: Sequence[Measured], bare: Sequence[float], years: Sequence[int], out: Path
) -> Section:
    """Compare the tables of quintiles in the backfills that were run.

    Parameters
    ----------
    home
        The home of the last of them: the bare script took its inputs from there.
    ours
        Runs of the pipeline.
    bare
        Seconds of the bare script, after each of them.
    years
        The years of the runs.
    out
        Where the bare script wrote.
    """
    made = made_by(KEYS, out)
    refuse_other_quintiles(Lake(Settings(home=home, preset="sample").lake_dir), made)
    against, rows = compared(ours, KEYS, bare)
    return Section(
        "Quintile portfolios and other definitions of quality",
        f"{len(years)} years of the same backfill: monthly returns of portfolios of the quality "
        "quintiles, their performance at three levels of cost with two regressions each, what became "
        "of their companies, every member by other definitions of quality, and their agreement with "
        "the score. smallcap reads its inputs from Delta tables, checks contracts, writes Delta tables "
        "in the order of their keys and reads them back. The bare script is a second implementation in "
        "Polars and statsmodels that shares the thresholds and none of the calculations; it has the "
        "inputs in memory, takes all years at once, writes plain Parquet files, and makes the main "
        "columns of the wide tables alone. All rows were compared in these columns and are equal, "
        f"numbers within {SAME:g}. {MEDIANS.format(len(bare))}",
        HEADINGS,
        rows,
        [Limit("quintiles and other definitions, against the bare script", against.median, MOST_TIMES_BARE)],
    )
