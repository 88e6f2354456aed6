"""raw.prices: month-end prices and returns of every line."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import known_lines, refused_in
from smallcap.engine.context import Run
from smallcap.engine.making import Rows
from smallcap.sources import ingest


@table_asset("raw.prices")
def prices(run: Run, securities: pl.DataFrame) -> Rows:
    """Ask the source for the prices of the years that are made."""
    years = run.years.of("raw.prices")
    lines = known_lines(securities)
    delivery = ingest.prices(
        run.source.prices(dt.date(min(years), 1, 1), dt.date(max(years), 12, 31), lines), securities
    )
    run.log.note_delivery("raw.prices", delivery, run.years.of("raw.prices"))
    run.log.note_fetched("prices", years, len(lines))
    return Rows(delivery.rows.filter(pl.col("year").is_in(years)), refused_in(delivery.refused, years))
