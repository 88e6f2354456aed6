"""The funnel's share of the backfill against the bare script's: six filters, eighteen lenses, and what is made of them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.agreement import RELATIVE, refuse_differences
from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from smallcap.tables import TABLES

DIFFERENCES = "marts.metric_differences"
NAMES = (
    *("core.filter_evaluations", "marts.funnel_outcomes", "marts.funnel_summary"),
    *("marts.statement_lenses", "marts.screen_changes", DIFFERENCES),
)
WORDED = ("reason", "preference")
"""Each side says in its own words why, and what it would like to see."""
PARTS = ("read", "compute", "write", "check")
MOST_TIMES_BARE = 3.0
SIX_FILTERS = 6


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
    """Refuse to compare times where the bare script came to other verdicts or figures.

    One year at a time, for the sake of memory.
    """
    for name in NAMES:
        key = TABLES[name].key
        for year in years:
            ours, theirs = lake.read(name, [year]), pl.read_parquet(plain / name / f"{year}.parquet")
            if name == DIFFERENCES:
                # The bare script also takes flows of companies that were never listed, which smallcap does
                # not ask for.
                theirs = theirs.join(ours.select("entity_id").unique(), on="entity_id", how="semi")
            if name == "marts.funnel_summary":
                # Filter 7 is of the book, whose regressions are measured by themselves.
                ours = ours.filter(pl.col("filter_number") <= SIX_FILTERS)
            refuse_differences(name, ours, theirs, key, [word for word in WORDED if word in ours.columns])
