"""marts.resolved_shares: how many members are resolved, apart for those that later left the index."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import resolution
from smallcap.rules.types.cusip_identity import CusipIdentity

MEMBERS = ("as_of", "entity_id", "is_resolved")


@table_asset("marts.resolved_shares", columns={"members": MEMBERS})
def resolved_shares(members: pl.DataFrame, cusip_identity: CusipIdentity) -> pl.DataFrame:
    """Count resolved members at each date, apart for those that are members at the newest one."""
    return resolution.resolved_shares(members, cusip_identity)
