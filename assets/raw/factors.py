"""raw.factors: every vintage of the factors; none replaces another."""

from __future__ import annotations

import polars as pl

from assets.run import Run
from assets.table_asset import table_asset
from smallcap.sources import ingest
from smallcap.tables import TABLES


@table_asset("raw.factors")
def factors(run: Run) -> pl.DataFrame:
    """Ask the source for its factor files, and add their vintages to those already here."""
    delivered = ingest.factors(run.source.factors()).rows
    known = run.home.lake.read("raw.factors").join(delivered, on=TABLES["raw.factors"].key, how="anti")
    run.note_fetched("factors", [0], None)
    return pl.concat([known, delivered])
