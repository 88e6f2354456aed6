"""marts.reconstitution_effects: additions less deletions around each reconstitution."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.index.effects import reconstitution_effects as effects
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution

MEMBERS = ("as_of", "entity_id", "security_id")
RETURNS = ("month", "security_id", "total_return")


@table_asset("marts.reconstitution_effects", columns={"members": MEMBERS, "monthly_returns": RETURNS})
def reconstitution_effects(
    members: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    index_rules: IndexRules,
    reconstitutions: tuple[Reconstitution, ...],
) -> pl.DataFrame:
    """Measure the returns of joiners in excess of leavers, from the rank day past the effective day."""
    return effects(members, monthly_returns, reconstitutions, index_rules.reconstitution)
