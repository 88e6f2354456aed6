"""raw.snapshots: the payloads that were fetched, listed from the files that describe them."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.sources.payloads import SnapshotStore

FETCHED_TABLES = (
    "raw.securities",
    "raw.constituents",
    "raw.fundamentals",
    "raw.quarterly_fundamentals",
    "raw.fundamental_tags",
    "raw.vendor_metrics",
    "raw.prices",
    "raw.factors",
)


@table_asset("raw.snapshots", after=FETCHED_TABLES)
def snapshots(run: Run) -> pl.DataFrame:
    """List every payload of the home, after the tables that fetch."""
    return SnapshotStore(run.settings.snapshots_dir).frame()
