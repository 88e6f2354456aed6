"""marts.index_changes: who joined and who left the index, and why."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.index.changes import index_changes as changes
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution

MEMBERS = (
    "year",
    "as_of",
    "entity_id",
    "security_id",
    "ticker",
    "name",
    "sector",
    "weight",
    "market_value_usd",
    "fund",
    "snapshot_date",
)
SIZES = ("year", "as_of", "entity_id", "price_usd", "market_cap_usd", "is_stale")
PRICED = ("year", "security_id", "date", "close_usd", "adjusted_close_usd", "total_return")


@table_asset(
    "marts.index_changes",
    columns={"members": MEMBERS, "metrics_as_of": SIZES, "prices": PRICED},
    by_year=True,
    together=True,
)
def index_changes(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    year: int,
    index_rules: IndexRules,
    reconstitutions: tuple[Reconstitution, ...],
) -> pl.DataFrame:
    """Compare each date's members with the previous date's, and find the cause in prices and sizes."""
    return changes(members, metrics_as_of, prices, index_rules, reconstitutions, [year])
