"""marts.reconstitution_effects: additions less deletions around each reconstitution."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.index.effects import reconstitution_effects as effects

MEMBERS = ("as_of", "entity_id", "security_id")
RETURNS = ("month", "security_id", "total_return")


@table_asset("marts.reconstitution_effects", columns={"members": MEMBERS, "monthly_returns": RETURNS})
def reconstitution_effects(run: Run, members: pl.DataFrame, monthly_returns: pl.DataFrame) -> pl.DataFrame:
    """Measure what those who came earned beyond those who went, from the rank day to the effective day and after."""
    return effects(members, monthly_returns, run.reconstitutions, run.index_rules.reconstitution)
