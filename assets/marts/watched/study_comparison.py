"""marts.study_comparison: counts, medians, names and index figures of the studies beside ours."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.published import study
from smallcap.reports.claims import is_synthetic
from smallcap.rules.types.published_figures import PublishedFigure

SCORES = (
    *("year", "as_of", "entity_id", "ticker", "method", "basis", "status", "exclusion_reason"),
    *("period_end", "available_date", *study.OF_A_NAME),
)
SUMMARY = (
    *("year", "as_of", "method", "basis", "variant", "quintile", "scored"),
    *(*study.COUNTS, *study.MEDIANS),
)
FUNDS = ("as_of", "ticker", "years", "role", "annual_return", "last_month", "status", "reason")
WEIGHTS = ("year", "as_of", "rank", "weight")


@table_asset(
    "marts.study_comparison",
    columns={
        "quality_summary": SUMMARY,
        "quality_scores": SCORES,
        "index_profile": ("year", "as_of", *study.OF_THE_INDEX),
        "index_holdings": WEIGHTS,
        "benchmark_panel": FUNDS,
    },
    where={"index_holdings": {"rank": 1}, "benchmark_panel": {"years": study.FUND_YEARS}},
    by_year=True,
)
def study_comparison(
    run: Run,
    quality_summary: pl.DataFrame,
    quality_scores: pl.DataFrame,
    index_profile: pl.DataFrame,
    index_holdings: pl.DataFrame,
    benchmark_panel: pl.DataFrame,
    published_figures: tuple[PublishedFigure, ...],
) -> pl.DataFrame:
    """Put every published figure of a date's screen and index beside ours, with the reason."""
    return study.study_comparison(
        published_figures,
        quality_summary,
        quality_scores,
        index_profile,
        index_holdings,
        benchmark_panel,
        is_made_up=is_synthetic(run.source.label),
    )
