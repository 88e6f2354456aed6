"""marts.coverage: how many members could be screened on each date, and why others could not."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance import coverage as covered
from smallcap.finance.fill import ITEMS, RECORD
from smallcap.finance.metrics.footing_report import COLUMNS as FOOTING

LISTED = ("as_of", "security_id", "source", "snapshot_date")
KNOWN = (
    *("as_of", "entity_id", "ticker", "is_resolved", "is_priced", "is_classified"),
    *("snapshot_date", "fund", "list_available_date", "membership_basis"),
)
VISIBLE = (
    "as_of",
    *RECORD,
    "is_stale",
    "is_value_restated",
    "is_available_date_assumed",
    *(name for name in FOOTING if name not in ("as_of", *RECORD)),
)
SCORED = ("as_of", "method", "basis", "status", "exclusion_reason")


@table_asset(
    "marts.coverage",
    columns={
        "constituents": LISTED,
        "members": KNOWN,
        "metrics_as_of": VISIBLE,
        "annual_fundamentals": (*RECORD, *ITEMS),
        "quality_scores": SCORED,
    },
)
def coverage(
    constituents: pl.DataFrame,
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    quality_scores: pl.DataFrame,
    dates: list[dt.date],
    stale_months: int,
) -> pl.DataFrame:
    """Count members and what is known of them; a date without a list of members has a row that says so."""
    return covered.coverage(
        dates, constituents, members, metrics_as_of, annual_fundamentals, quality_scores, stale_months
    )
