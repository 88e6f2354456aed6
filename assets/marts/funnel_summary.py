"""marts.funnel_summary: how many companies entered each filter, and what became of them."""

from __future__ import annotations

import polars as pl

from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.finance import funnel

COUNTED = ("year", "as_of", "entity_id", "filter_number", "filter_name", "status", "stand_alone_status", "is_borderline", "outcome")


@table_asset("marts.funnel_summary", columns={"funnel_outcomes": COUNTED})
def funnel_summary(run: Run, funnel_outcomes: pl.DataFrame) -> Rows:
    """Count the attrition."""
    return Rows(
        funnel.funnel_summary(own["funnel_outcomes"]) for _, own in run.each_year("marts.funnel_summary", funnel_outcomes=funnel_outcomes)
    )
