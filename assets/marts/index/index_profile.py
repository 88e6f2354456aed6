"""marts.index_profile: the index in one row of figures per as_of."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.finance.index.profile import index_profile as profile
from smallcap.finance.index.valued import RECORD_COLUMNS, valued_members
from smallcap.tables import TABLES

MEMBERS = ("year", "as_of", "entity_id", "index_name", "weight", "line_count")
METRICS = ("year", *RECORD_COLUMNS)
ELIGIBILITY = ("year", "as_of", "known_status")
NO_ROWS = TABLES["marts.index_profile"].empty()


@table_asset("marts.index_profile", columns={"members": MEMBERS, "metrics_as_of": METRICS, "index_eligibility": ELIGIBILITY})
def index_profile(run: Run, members: pl.DataFrame, metrics_as_of: pl.DataFrame, index_eligibility: pl.DataFrame) -> pl.DataFrame:
    """Sum up size, concentration, valuation with and without losses, eligibility, and what changed since the as_of before."""
    frames = {"members": members, "metrics_as_of": metrics_as_of, "index_eligibility": index_eligibility}
    # One row a date: all years are written at once.
    return pl.concat([NO_ROWS, *(_of_year(run, year, **own) for year, own in run.each_year("marts.index_profile", **frames))])


def _of_year(run: Run, year: int, members: pl.DataFrame, metrics_as_of: pl.DataFrame, index_eligibility: pl.DataFrame) -> pl.DataFrame:
    valued = valued_members(members.filter(pl.col("year") == year), metrics_as_of)
    return profile(valued, members, index_eligibility, run.index_rules, run.reconstitutions, [year])
