"""marts.funnel_outcomes: the filters in strict order, and what they make of each company."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance import funnel

VERDICTS = (
    *("year", "as_of", "entity_id", "filter_number", "filter_name", "stand_alone_status"),
    *("measure", "value", "threshold", "headroom", "is_borderline", "reason"),
)
TICKERS = ("year", "as_of", "entity_id", "ticker")


@table_asset("marts.funnel_outcomes", columns={"filter_evaluations": VERDICTS, "members": TICKERS})
def funnel_outcomes(run: Run, filter_evaluations: pl.DataFrame, members: pl.DataFrame) -> Rows:
    """Stop each company at the first filter that it fails; what cannot be judged goes on and is shown."""
    frames = {"filter_evaluations": filter_evaluations, "members": members}
    return Rows(
        funnel.funnel_outcomes(own["filter_evaluations"], own["members"]) for _, own in run.each_year("marts.funnel_outcomes", **frames)
    )
