"""Event studies, experiment, benchmarks and treated quintiles, measured against a bare script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.against_bare import HEADINGS, MEDIANS, compared, made_by
from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle.study_tables import KEYS, SAME, refuse_other_studies

MOST_TIMES_BARE = 3.0


def section(
    home: Path, ours: Sequence[Measured], bare: Sequence[float], years: Sequence[int], out: Path
) -> Section:
    """Compare these tables in the backfills that were run.

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
    refuse_other_studies(Lake(Settings(home=home, preset="sample").lake_dir), made)
    against, rows = compared(ours, KEYS, bare)
    return Section(
        "Event studies, experiment, benchmarks and treated quintiles",
        f"{len(years)} years of the same backfill: the reconstitutions as events and pooled over events, "
        "the index and its profitable, unprofitable and admitted members in three weightings, the index "
        "funds over four windows up to every date, and the quintile portfolios without suspect returns and "
        "with returns cut off. smallcap reads its inputs from Delta tables, checks contracts, writes Delta "
        "tables in the order of their keys and reads them back. The bare script is a second implementation "
        "in Polars, NumPy and statsmodels that shares thresholds and none of the calculations; it has the "
        "inputs in memory, takes all years at once, writes plain Parquet files, and makes the main columns "
        "of the rows with an estimate alone. All rows were compared in these columns and are equal, numbers "
        f"within {SAME:g}. {MEDIANS.format(len(bare))}",
        HEADINGS,
        rows,
        [Limit("event studies and experiment, against the bare script", against.median, MOST_TIMES_BARE)],
    )
