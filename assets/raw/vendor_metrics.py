"""raw.vendor_metrics: ratios that a vendor serves ready-made, by the year in which they became known."""

from __future__ import annotations

import datetime as dt

import polars as pl

from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.sources import ingest


@table_asset("raw.vendor_metrics")
def vendor_metrics(run: Run, securities: pl.DataFrame, fundamentals: pl.DataFrame) -> Rows:
    """Ask the source for served ratios; each becomes known with the company's first fundamentals row of its period."""
    years = run.years_of("raw.vendor_metrics")
    served = run.source.vendor_metrics(dt.date(min(years) - 2, 1, 1), dt.date(max(years), 12, 31))
    delivery = ingest.vendor_metrics(served, securities, fundamentals)
    run.note_fetched("vendor_metrics", years, securities["source_entity_id"].n_unique())
    return Rows(delivery.rows.filter(pl.col("year").is_in(years)), delivery.refused.filter(pl.col("year").is_in(years)))
