"""Trailing twelve months in memory, twenty years of quarters, against a bare Polars script."""

from __future__ import annotations

import statistics
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import in_turn, ratio
from smallcap.finance.trailing.metrics import trailing_metrics
from smallcap.rules.files import read_rules
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.trailing import TrailingRules
from tests.oracle.trailing_polars import bare_trailing, made_up_statements

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
MOST_TIMES_BARE = 3.0
RUNS = min(5, SIZES.runs)
SAME = 1e-9


def run() -> Section:
    """Time both on the same statements; refuse to compare tables that differ."""
    years = SIZES.last_year - SIZES.first_year + 1
    statements = made_up_statements(SIZES.listed, years)
    made = ours(*statements)
    refuse_others(made, bare_trailing(*statements))
    own, bare = in_turn(RUNS, lambda: ours(*statements), lambda: bare_trailing(*statements))
    against = ratio(own, bare)
    return Section(
        "Trailing twelve months in memory",
        f"{SIZES.listed:,} companies, {years} years of four quarters each, a fifth of them restated a year "
        f"later: {made.height:,} days on which something became known. The function of `smallcap.finance` "
        "makes every column of core.trailing_metrics and the reason of every null; the bare Polars script "
        "makes flows, balance sheet and sixteen ratios, the year before as known on the day in both, for "
        f"statements without gaps only. These columns are equal, numbers within {SAME:g}. "
        f"Medians of {RUNS} runs in turn, and of the ratios of each turn, with the least and the greatest.",
        ("", "seconds", "× bare script"),
        [
            ["bare script", f"{statistics.median(bare):.2f}", "1.00"],
            ["smallcap", f"{statistics.median(own):.2f}", str(against)],
        ],
        [Limit("trailing twelve months, against the bare script", against.median, MOST_TIMES_BARE)],
    )


def ours(annual: pl.DataFrame, quarterly: pl.DataFrame) -> pl.DataFrame:
    """Compute the table with the function that the pipeline uses."""
    metrics = read_rules(REFERENCE, "metrics.toml", MetricsRules)
    sanity = read_rules(REFERENCE, "sanity.toml", SanityRules)
    rules = read_rules(REFERENCE, "trailing.toml", TrailingRules)
    return trailing_metrics(annual, quarterly, metrics, sanity, rules)


def refuse_others(made: pl.DataFrame, bare: pl.DataFrame) -> None:
    """Raise AssertionError unless both tables are equal in the columns of the bare script."""
    assert_frame_equal(made.select(bare.columns), bare, rel_tol=SAME, abs_tol=SAME)
