"""Doubtful returns, treated returns, watched names, published candidates and claims against a bare script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.against_bare import HEADINGS, MEDIANS, compared, made_by
from benchmarks.measured_run import Measured
from benchmarks.results import Limit, Section
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.oracle import quintile_tables, study_tables
from tests.oracle.doubt_tables import KEYS, refuse_other_doubts
from tests.oracle.rows_agreement import RELATIVE

MOST_TIMES_BARE = 3.0
NEW = (*KEYS, *quintile_tables.KEYS, *study_tables.KEYS)
"""The tables of all three groups, each of which has a section."""
LEFT_OUT = (
    "Left out are tables of which nearly all of the time is the bootstrap or regressions, which have "
    "sections of their own (marts.book_inference, alpha_family, deflated_sharpe, treated_experiment, "
    "treated_quintiles and treated_hindsight), and those that put a few figures of other tables side by "
    "side (marts.study_comparison, study_regression, index_comparison, footing_medians and "
    "debt_between_reports)."
)


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
    refuse_other_doubts(Lake(Settings(home=home, preset="sample").lake_dir), made_by(KEYS, out))
    _, rows = compared(ours, KEYS, bare)
    return Section(
        "Doubtful returns, watched names, candidates and claims",
        f"{len(years)} years of the same backfill: extreme returns with the evidence against them, books and "
        "experiment by treated returns, watched names by the filters, lenses and scores, the published "
        "candidates, and the claims with their numbers. smallcap reads its inputs from Delta tables, checks "
        "contracts, writes Delta tables in the order of their keys and reads them back. The bare script is a "
        "second implementation in Polars that shares thresholds, and with the bare funnel its filters, and "
        "none of the calculations; it has the inputs in memory, takes all years at once where it can, writes "
        "plain Parquet files, and makes the main columns of the wide tables alone. All rows were compared in "
        f"these columns and are equal, numbers within a relative {RELATIVE:g}; only the wording of reasons "
        f"is each side's own. {MEDIANS.format(len(bare))} {LEFT_OUT}",
        HEADINGS,
        rows,
        [],
    )


def together(ours: Sequence[Measured], bare: Sequence[Sequence[float]]) -> Section:
    """Compare the tables of quintiles, studies and doubts, all in one sum.

    Parameters
    ----------
    ours
        Runs of the pipeline.
    bare
        Seconds of each of the three bare scripts, of the run after each of them.
    """
    against, rows = compared(ours, NEW, [sum(seconds) for seconds in zip(*bare, strict=True)])
    return Section(
        "Portfolios, studies and doubts together",
        f"The {len(NEW)} tables of the three sections above in the same backfills, against the sum of their "
        f"three bare scripts. {MEDIANS.format(len(ours))}",
        HEADINGS,
        rows,
        [Limit("portfolios, studies and doubts, against bare scripts", against.median, MOST_TIMES_BARE)],
    )
