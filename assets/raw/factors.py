"""raw.factors: every vintage of the factors; none replaces another."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.context import Run
from smallcap.sources import ingest
from smallcap.tables import TABLES


@table_asset("raw.factors")
def factors(run: Run) -> pl.DataFrame:
    """Ask the source for its factor files, and add their vintages to those already here."""
    delivery = ingest.factors(run.source.factors())
    known = run.home.lake.read("raw.factors").join(delivery.rows, on=TABLES["raw.factors"].key, how="anti")
    run.log.note_delivery("raw.factors", delivery, run.years.of("raw.factors"))
    run.log.note_fetched("factors", [0], None)
    return pl.concat([known, delivery.rows])
