"""marts.published_candidates: the candidates of the published book, its figures beside ours."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.published import candidates
from smallcap.reports.claims import is_synthetic
from smallcap.rules.types.published_candidates import PublishedCandidate

MEMBERS = ("year", "as_of", "entity_id", "exchange")
STATUS = ("year", "as_of", "entity_id", "filter_number", "stand_alone_status", "is_borderline")
THIRD = {"filter_number": candidates.BALANCE_SHEET_FILTER}


@table_asset(
    "marts.published_candidates",
    columns={
        "members": MEMBERS,
        "metrics_as_of": ("year", *candidates.METRIC_COLUMNS, "entity_id"),
        "filter_evaluations": STATUS,
        "watched_outcomes": (*STATUS, "ticker"),
    },
    where={"filter_evaluations": THIRD, "watched_outcomes": THIRD},
    by_year=True,
)
def published_candidates(
    run: Run,
    watched_names: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    watched_metrics: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
    watched_outcomes: pl.DataFrame,
    published_book: tuple[PublishedCandidate, ...],
) -> pl.DataFrame:
    """Put market value, leverage, returns, margins, cash and verdict beside the published ones."""
    return candidates.published_candidates(
        published_book,
        watched_names,
        members,
        metrics_as_of,
        watched_metrics,
        filter_evaluations,
        watched_outcomes,
        is_made_up=is_synthetic(run.source.label),
    )
