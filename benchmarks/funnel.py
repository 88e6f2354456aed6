"""The funnel's share of the backfill, measured against the bare script: six filters and eighteen lenses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.against_bare import HEADINGS, MEDIANS, compared
from benchmarks.measured_run import Measured
from benchmarks.plain_files import read_year
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from tests.oracle.rows_agreement import RELATIVE, refuse_other_funnel

NAMES = (
    *("core.filter_evaluations", "marts.funnel_outcomes", "marts.funnel_summary"),
    *("marts.statement_lenses", "marts.screen_changes", "marts.metric_differences"),
)
MOST_TIMES_BARE = 3.0
WHERE_THE_TIME_GOES = (
    "Where the time goes: more than half is writing. Of a year of the lenses, the largest table, "
    "Parquet takes a half of that (as much as the same frame takes the bare script), the digest a "
    "quarter, the rules of the contract a sixth, half of it the uniqueness of keys, and the rest a copy "
    "on disk while further years are made, because all are one commit. The same Parquet files alone are "
    "half of what the bare script takes, so no writer that digests and checks gets below about 1.2 for "
    "the whole. Of computing, two fifths are the filters, two fifths the lenses, in both of them mostly "
    "the judging and then the interleaving of rows in the order of their keys."
)


def section(ours: Sequence[Measured], bare: Sequence[float]) -> Section:
    """Compare the funnel's tables of the backfills that were run.

    Parameters
    ----------
    ours
        Runs of the pipeline.
    bare
        Seconds that the bare script took for the same tables, in the run after each of them.
    """
    against, rows = compared(ours, NAMES, bare)
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
        "each side's own. Peak memory is that of the backfill. "
        f"{MEDIANS.format(len(bare))} {WHERE_THE_TIME_GOES}",
        HEADINGS,
        rows,
        [Limit("filters and lenses, against the bare script", against.median, MOST_TIMES_BARE)],
    )


def refuse_other_contents(lake: Lake, plain: Path, years: Sequence[int]) -> None:
    """Refuse to compare times where the bare script came to other rows."""
    refuse_other_funnel(
        lake,
        ((year, {name: read_year(name, year, plain) for name in NAMES}) for year in years),
    )
