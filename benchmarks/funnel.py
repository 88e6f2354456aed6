"""The funnel's share of the backfill, measured against the bare script: six filters and eighteen lenses."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from tests.oracle.rows_agreement import RELATIVE, refuse_other_funnel

NAMES = (
    *("core.filter_evaluations", "marts.funnel_outcomes", "marts.funnel_summary"),
    *("marts.statement_lenses", "marts.screen_changes", "marts.metric_differences"),
)
PARTS = ("read", "compute", "write", "check")
MOST_TIMES_BARE = 3.0


def section(ours: Sequence[Measured], bare_seconds: Sequence[float]) -> Section:
    """Compare the funnel's tables of the backfills that were run.

    Parameters
    ----------
    ours
        Runs of the pipeline.
    bare_seconds
        What the bare script took for the same tables, per run of it.
    """
    bare = statistics.median(bare_seconds)
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
        "Six filters and eighteen lenses",
        "The tables of the funnel in the same backfill: every member of every month end through "
        "six filters, outcomes, attrition, eighteen "
        "items, changes, and vendors' ratios against ours. smallcap reads its inputs from Delta "
        "tables, checks contracts, writes Delta "
        "tables in the order of their keys and reads them back. The bare script is a second "
        "implementation in Polars that shares the rule "
        "sets and none of the calculations; it has the inputs in memory, puts each company's "
        "history together once, judges year by year "
        "and writes plain Parquet files, rows as they come. All rows of all six tables were "
        "compared: keys, statuses, outcomes, verdicts, "
        f"causes and every other column are equal, numbers within a relative {RELATIVE:g}; only "
        f"the wording of reasons and preferences is "
        "each side's own. Peak memory is that of the backfill.",
        ("", "seconds", "× bare script"),
        rows,
        [Limit("filters and lenses, against the bare script", total / bare, MOST_TIMES_BARE)],
    )


def _seconds(one: Measured, part: str) -> float:
    return sum(one.parts.get((name, part), 0.0) for name in NAMES)


def refuse_other_contents(lake: Lake, plain: Path, years: Sequence[int]) -> None:
    """Refuse to compare times where the bare script came to other rows."""
    refuse_other_funnel(
        lake,
        (
            (year, {name: pl.read_parquet(plain / name / f"{year}.parquet") for name in NAMES})
            for year in years
        ),
    )
