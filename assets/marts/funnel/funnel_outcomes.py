"""marts.funnel_outcomes: the filters in strict order, and what they make of each company."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import funnel

VERDICTS = (
    *("year", "as_of", "entity_id", "filter_number", "filter_name", "stand_alone_status"),
    *("measure", "value", "threshold", "headroom", "is_borderline", "reason", "rule_set"),
    "is_vintage_later",
)
TICKERS = ("year", "as_of", "entity_id", "ticker")


@table_asset(
    "marts.funnel_outcomes", columns={"filter_evaluations": VERDICTS, "members": TICKERS}, by_year=True
)
def funnel_outcomes(filter_evaluations: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Stop each company at the first filter that it fails; what cannot be evaluated goes on and is shown."""
    return funnel.funnel_outcomes(filter_evaluations, members)
