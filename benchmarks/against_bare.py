"""Some tables of a backfill against a bare script that makes the same ones, in a process of its own."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import polars as pl

from benchmarks.measured_run import Measured
from benchmarks.sizes import SIZES, SMALL
from benchmarks.timing import Ratio, ratio

PARTS = ("read", "compute", "write", "check")
HEADINGS = ("", "seconds", "× bare script")
MEDIANS = "Medians of {} runs of each in turn, and of their ratios, with the least and the greatest."


def bare_seconds(module: str, arguments: Sequence[object], out: Path) -> float:
    """Run a bare script, which prints its seconds as JSON; its inputs are in memory before its clock starts.

    Parameters
    ----------
    module
        Of `benchmarks`.
    arguments
        What comes before the folder.
    out
        The folder that it writes into, which is removed first.

    Raises
    ------
    RuntimeError
        When the script fails.
    """
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the bare script failed: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def made_by(names: Iterable[str], out: Path) -> dict[str, pl.DataFrame]:
    """Read the tables that a bare script wrote into a folder.

    Raises
    ------
    ValueError
        When one of them has no rows at the full size: a comparison of nothing finds no difference. A small
        home is too short for some tables.
    """
    made = {name: pl.read_parquet(out / name / "*.parquet") for name in names}
    empty = [name for name, frame in made.items() if frame.is_empty()]
    if empty and SIZES is not SMALL:
        raise ValueError(f"the bare script made no rows of {', '.join(empty)}")
    return made


def compared(
    ours: Sequence[Measured], names: Collection[str], bare: Sequence[float]
) -> tuple[Ratio, list[list[str]]]:
    """Return the ratio of smallcap's seconds to the bare script's, and the rows of the section.

    Parameters
    ----------
    ours
        Runs of the pipeline.
    names
        The tables.
    bare
        Seconds of the bare script, of the run after each of them.
    """
    by_part = {part: statistics.median(_seconds(one, names, [part]) for one in ours) for part in PARTS}
    totals, by_script = [_seconds(one, names, PARTS) for one in ours], statistics.median(bare)
    against = ratio(totals, bare)
    rows = [
        ["bare script", f"{by_script:.1f}", "1.00"],
        ["smallcap", f"{statistics.median(totals):.1f}", str(against)],
        *([f"of that: {part}", f"{took:.1f}", f"{took / by_script:.2f}"] for part, took in by_part.items()),
    ]
    return against, rows


def _seconds(one: Measured, names: Collection[str], parts: Sequence[str]) -> float:
    return sum(one.parts.get((name, part), 0.0) for name in names for part in parts)
