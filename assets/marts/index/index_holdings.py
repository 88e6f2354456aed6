"""marts.index_holdings: the members by weight at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.index.holdings import index_holdings as holdings
from smallcap.finance.index.valued import RECORD_COLUMNS, valued_members
from smallcap.rules.types.index import IndexRules

MEMBERS = ("year", "as_of", "entity_id", "ticker", "name", "sector", "weight")
METRICS = ("year", *RECORD_COLUMNS)


@table_asset("marts.index_holdings", columns={"members": MEMBERS, "metrics_as_of": METRICS}, by_year=True)
def index_holdings(
    members: pl.DataFrame, metrics_as_of: pl.DataFrame, index_rules: IndexRules
) -> pl.DataFrame:
    """Rank the members by weight, and say who is near a break and who earns nothing."""
    return holdings(valued_members(members, metrics_as_of), index_rules)
