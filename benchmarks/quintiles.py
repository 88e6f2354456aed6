"""Quintile portfolios, outcomes and other definitions of quality, measured against a bare script."""

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
from tests.oracle.quintile_tables import KEYS, SAME, refuse_other_quintiles

PARTS = ("read", "compute", "write", "check")
MOST_TIMES_BARE = 3.0
REPEATS = min(3, SIZES.runs)


def section(home: Path, ours: Sequence[Measured], years: Sequence[int], out: Path) -> Section:
    """Compare the tables of quintiles in the backfills that were run.

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
    bare = statistics.median(_bare(home, out) for _ in range(REPEATS))
    made = {name: pl.read_parquet(out / name / "*.parquet") for name in KEYS}
    refuse_other_quintiles(Lake(Settings(home=home, preset="sample").lake_dir), made)
    by_part = {part: statistics.median(_seconds(one, part) for one in ours) for part in PARTS}
    total = statistics.median(sum(_seconds(one, part) for part in PARTS) for one in ours)
    rows = [
        ["bare script", f"{bare:.1f}", "1.00"],
        ["smallcap", f"{total:.1f}", f"{total / bare:.2f}"],
        *([f"of that: {part}", f"{took:.1f}", f"{took / bare:.2f}"] for part, took in by_part.items()),
    ]
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
        f"numbers within {SAME:g}.",
        ("", "seconds", "× bare script"),
        rows,
        [Limit("quintiles and other definitions, against the bare script", total / bare, MOST_TIMES_BARE)],
    )


def _seconds(one: Measured, part: str) -> float:
    return sum(one.parts.get((name, part), 0.0) for name in KEYS)


def _bare(home: Path, out: Path) -> float:
    """Run the bare script in a process of its own; its inputs are in memory before its clock starts."""
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare_quintiles", str(home), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the bare script failed: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])
