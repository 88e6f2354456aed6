"""marts.reconstitution_pooled: the mean over all reconstitutions."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.reconstitution import pooled
from smallcap.rules.types.event_study import EventStudyRules


@table_asset("marts.reconstitution_pooled")
def reconstitution_pooled(
    reconstitution_events: pl.DataFrame, event_study_rules: EventStudyRules
) -> pl.DataFrame:
    """Take each event as one observation."""
    return pooled.reconstitution_pooled(reconstitution_events, event_study_rules)
