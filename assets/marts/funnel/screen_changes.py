"""marts.screen_changes: who entered or left the survivors since the date before, and why."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import funnel
from smallcap.finance.funnel import changes, evaluation
from smallcap.finance.funnel.footing import on_footing

PAIR = ("year", "as_of", "entity_id")
PATH = (
    *(*PAIR, "ticker", "filter_number", "filter_name", "stand_alone_status", "reason", "outcome"),
    "is_vintage_later",
)
FIGURES = (
    *PAIR,
    "filter_number",
    "stand_alone_status",
    "measure",
    "threshold",
    "rule_set",
    *evaluation.FIGURES,
)
RECORDS = (*PAIR, *changes.RECORD, *changes.MARKET_FIGURES)
QUARTERS = (*RECORDS, "statement_footing", changes.FILED)


@table_asset(
    "marts.screen_changes",
    columns={
        "funnel_outcomes": PATH,
        "filter_evaluations": FIGURES,
        "metrics_as_of": RECORDS,
        "trailing_as_of": QUARTERS,
    },
    by_year=True,
)
def screen_changes(
    funnel_outcomes: pl.DataFrame,
    filter_evaluations: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame,
    statement_footing: str,
    year: int,
) -> pl.DataFrame:
    """Compare each date with the one before it, the last of the year before included."""
    latest = on_footing(trailing_as_of, statement_footing)
    found = funnel.screen_changes(funnel_outcomes, filter_evaluations, metrics_as_of, latest)
    return found.filter(pl.col("year") == year)
