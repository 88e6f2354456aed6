"""marts.reconstitution_events: returns around each reconstitution, by group of companies."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.reconstitution import events
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.reconstitutions import Reconstitution

MEMBERS = ("as_of", "entity_id", "security_id", "weight", "fund", "snapshot_date")
CHANGES = ("as_of", "entity_id", "change", "cause", "size_quantile")
CLOSES = ("security_id", "date", "close_usd")
LINES = ("security_id", "valid_from", "delisting_cause")
RETURNS = ("month", "security_id", "total_return")


@table_asset(
    "marts.reconstitution_events",
    columns={
        "members": MEMBERS,
        "index_changes": CHANGES,
        "prices": CLOSES,
        "monthly_returns": RETURNS,
        "securities": LINES,
    },
)
def reconstitution_events(
    members: pl.DataFrame,
    index_changes: pl.DataFrame,
    prices: pl.DataFrame,
    monthly_returns: pl.DataFrame,
    securities: pl.DataFrame,
    factors_monthly: pl.DataFrame,
    event_study_rules: EventStudyRules,
    reconstitutions: tuple[Reconstitution, ...],
) -> pl.DataFrame:
    """Compare each group with the index and with its own loadings, on the newest factors."""
    return events.reconstitution_events(
        members,
        index_changes,
        prices,
        monthly_returns,
        securities,
        factors_monthly,
        reconstitutions,
        event_study_rules,
    )
