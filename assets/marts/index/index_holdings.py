"""marts.index_holdings: the members by weight at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Rows, Run
from smallcap.finance.index.holdings import index_holdings as holdings
from smallcap.finance.index.valued import RECORD_COLUMNS, valued_members

MEMBERS = ("year", "as_of", "entity_id", "ticker", "name", "sector", "weight")
METRICS = ("year", *RECORD_COLUMNS)


@table_asset("marts.index_holdings", columns={"members": MEMBERS, "metrics_as_of": METRICS})
def index_holdings(run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame) -> Rows:
    """Rank the members by weight, and say who stands near a break and who earns nothing."""
    frames = {"members": members, "metrics_as_of": metrics_as_of}
    return Rows(
        holdings(valued_members(own["members"], own["metrics_as_of"]), run.index_rules)
        for _, own in run.each_year("marts.index_holdings", **frames)
    )
