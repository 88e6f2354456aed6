"""marts.index_profile: the index in one row of figures per as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.index.profile import index_profile as profile
from smallcap.finance.index.valued import RECORD_COLUMNS, valued_members
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution

MEMBERS = ("year", "as_of", "entity_id", "index_name", "weight", "line_count", "fund", "snapshot_date")
METRICS = ("year", *RECORD_COLUMNS)
ELIGIBILITY = ("year", "as_of", "known_status")


@table_asset(
    "marts.index_profile",
    columns={"members": MEMBERS, "metrics_as_of": METRICS, "index_eligibility": ELIGIBILITY},
    by_year=True,
    together=True,
)
def index_profile(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    index_eligibility: pl.DataFrame,
    year: int,
    index_rules: IndexRules,
    reconstitutions: tuple[Reconstitution, ...],
) -> pl.DataFrame:
    """Summarize size, concentration, valuation, eligibility, and the changes since the previous date."""
    valued = valued_members(members.filter(pl.col("year") == year), metrics_as_of)
    return profile(valued, members, index_eligibility, index_rules, reconstitutions, [year])
