"""marts.index_sectors: the index by sector at every as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.index.sectors import index_sectors as sectors
from smallcap.finance.index.valued import RECORD_COLUMNS, valued_members
from smallcap.tables import TABLES

MEMBERS = ("year", "as_of", "entity_id", "sector", "weight")
METRICS = ("year", *RECORD_COLUMNS)
NO_ROWS = TABLES["marts.index_sectors"].empty()


@table_asset("marts.index_sectors", columns={"members": MEMBERS, "metrics_as_of": METRICS})
def index_sectors(run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame) -> pl.DataFrame:
    """Sum weights, market values, losses and the price of earnings, sector by sector."""
    years = run.each_year("marts.index_sectors", members=members, metrics_as_of=metrics_as_of)
    # A few rows a date: all years are written at once.
    return pl.concat([NO_ROWS, *(sectors(valued_members(own["members"], own["metrics_as_of"])) for _, own in years)])
