"""marts.screen_changes: who entered or left the survivors since the date before, and why."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance import funnel
from smallcap.finance.funnel import changes, evaluation

PAIR = ("year", "as_of", "entity_id")
PATH = (*PAIR, "ticker", "filter_number", "filter_name", "stand_alone_status", "reason", "outcome")
FIGURES = (*PAIR, "filter_number", "stand_alone_status", "measure", "threshold", "rule_set", *evaluation.FIGURES)
RECORDS = (*PAIR, *changes.RECORD, *changes.MARKET_FIGURES)


@table_asset("marts.screen_changes", columns={"funnel_outcomes": PATH, "filter_evaluations": FIGURES, "metrics_as_of": RECORDS})
def screen_changes(run: Run, funnel_outcomes: pl.DataFrame, filter_evaluations: pl.DataFrame, metrics_as_of: pl.DataFrame) -> Rows:
    """Compare each date with the one before it, the last of the year before included."""
    frames = {"funnel_outcomes": funnel_outcomes, "filter_evaluations": filter_evaluations, "metrics_as_of": metrics_as_of}
    return Rows(
        funnel.screen_changes(own["funnel_outcomes"], own["filter_evaluations"], own["metrics_as_of"]).filter(pl.col("year") == year)
        for year, own in run.each_year("marts.screen_changes", **frames)
    )
