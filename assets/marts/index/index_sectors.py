"""marts.index_sectors: the index by sector at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.index.sectors import index_sectors as sectors
from smallcap.finance.index.valued import RECORD_COLUMNS, valued_members

MEMBERS = ("year", "as_of", "entity_id", "sector", "weight")
METRICS = ("year", *RECORD_COLUMNS)


@table_asset(
    "marts.index_sectors", columns={"members": MEMBERS, "metrics_as_of": METRICS}, by_year=True, together=True
)
def index_sectors(members: pl.DataFrame, metrics_as_of: pl.DataFrame) -> pl.DataFrame:
    """Sum weights, market values, losses and the price of earnings, sector by sector."""
    return sectors(valued_members(members, metrics_as_of))
