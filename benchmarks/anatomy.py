"""The anatomy of the index in the backfill, measured against a bare script."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle.rows_agreement import RELATIVE, refuse_other_anatomy

NAMES = (
    *("marts.index_holdings", "marts.index_sectors", "marts.index_eligibility"),
    *("marts.index_profile", "marts.index_changes", "marts.reconstitution_effects"),
)
PARTS = ("read", "compute", "write", "check")
MOST_TIMES_BARE = 3.0
REPEATS = min(3, SIZES.runs)


def section(home: Path, ours: Sequence[Measured], years: Sequence[int], out: Path) -> Section:
    """Compare the tables of the index in the backfills that were run.

    Parameters
    ----------
    home
        The home of the last of them: the bare script takes its inputs from there.
    ours
        Runs of the pipeline.
    years
        The years of the runs.
    out
        Where the bare script writes.
    """
    bare = statistics.median(_bare(home, years, out) for _ in range(REPEATS))
    made = {name: pl.read_parquet(out / name / "*.parquet") for name in NAMES}
    refuse_other_anatomy(Lake(Settings(home=home, preset="sample").lake_dir), made)
    by_part = {part: statistics.median(_seconds(one, part) for one in ours) for part in PARTS}
    total = statistics.median(sum(_seconds(one, part) for part in PARTS) for one in ours)
    rows = [
        ["bare script", f"{bare:.1f}", "1.00"],
        ["smallcap", f"{total:.1f}", f"{total / bare:.2f}"],
        *(
            [f"of that: {part}", f"{seconds:.1f}", f"{seconds / bare:.2f}"]
            for part, seconds in by_part.items()
        ),
    ]
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
        f"side's own.",
        ("", "seconds", "× bare script"),
        rows,
        [Limit("anatomy of the index, against the bare script", total / bare, MOST_TIMES_BARE)],
    )


def _seconds(one: Measured, part: str) -> float:
    return sum(one.parts.get((name, part), 0.0) for name in NAMES)


def _bare(home: Path, years: Sequence[int], out: Path) -> float:
    """Run the bare script in a process of its own; its inputs are in memory before its clock starts."""
    shutil.rmtree(out, ignore_errors=True)
    arguments = [str(home), str(years[0]), str(years[-1]), str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare_anatomy", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the bare script failed: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])
