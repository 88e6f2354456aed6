"""marts.index_changes: who joined and who left the index, and why."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.index.changes import index_changes as changes
from smallcap.tables import TABLES

MEMBERS = ("year", "as_of", "entity_id", "security_id", "ticker", "name", "sector", "weight", "market_value_usd")
SIZES = ("year", "as_of", "entity_id", "price_usd", "market_cap_usd", "is_stale")
PRICED = ("year", "security_id", "date", "close_usd", "adjusted_close_usd", "total_return")
NO_ROWS = TABLES["marts.index_changes"].empty()


@table_asset("marts.index_changes", columns={"members": MEMBERS, "metrics_as_of": SIZES, "prices": PRICED})
def index_changes(run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Compare each date's members with those of the as_of before, and look for the cause in prices and sizes."""
    frames = {"members": members, "metrics_as_of": metrics_as_of, "prices": prices}
    by_year = (
        changes(**own, rules=run.index_rules, events=run.reconstitutions, years=[year])
        for year, own in run.each_year("marts.index_changes", **frames)
    )
    # A few rows a date: all years are written at once.
    return pl.concat([NO_ROWS, *by_year])
