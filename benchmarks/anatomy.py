"""The anatomy of the index in the backfill, measured against a bare script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.against_bare import HEADINGS, MEDIANS, compared, made_by
from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle.rows_agreement import RELATIVE, refuse_other_anatomy

NAMES = (
    *("marts.index_holdings", "marts.index_sectors", "marts.index_eligibility"),
    *("marts.index_profile", "marts.index_changes", "marts.reconstitution_effects"),
)
MOST_TIMES_BARE = 3.0
WHERE_THE_TIME_GOES = (
    "Where the time goes: half is computing, which smallcap does year by year so that a year comes out "
    "the same in any run, with some 150 small queries of Polars per year. The largest are the changes "
    "(a third; sizes and price days of the companies that changed), eligibility and the profile (a "
    "fifth each). A quarter is writing and a sixth the checks in SQL, which the bare script has none "
    "of."
)


def section(
    home: Path, ours: Sequence[Measured], bare: Sequence[float], years: Sequence[int], out: Path
) -> Section:
    """Compare the tables of the index in the backfills that were run.

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
    made = made_by(NAMES, out)
    refuse_other_anatomy(Lake(Settings(home=home, preset="sample").lake_dir), made)
    against, rows = compared(ours, NAMES, bare)
    return Section(
        "Anatomy of the index",
        f"{12 * len(years)} month ends of the index in the same backfill: every member's weight, "
        f"place and eligibility, sectors, the "
        "profile, every addition and removal with its cause, and the effect of each "
        "reconstitution. smallcap reads its inputs from Delta "
        "tables, checks contracts, writes Delta tables in the order of their keys and reads them "
        "back. The bare script is a second "
        "implementation in Polars that shares the rule sets and none of the calculations; it has "
        "the inputs in memory, takes all years at "
        "once where it can, and writes plain Parquet files, rows as they come. All rows of all six "
        "tables were compared and are equal, "
        f"numbers within a relative {RELATIVE:g}; only the wording of reasons and evidence is each "
        f"side's own. {MEDIANS.format(len(bare))} {WHERE_THE_TIME_GOES}",
        HEADINGS,
        rows,
        [Limit("anatomy of the index, against the bare script", against.median, MOST_TIMES_BARE)],
    )
