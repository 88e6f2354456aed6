"""raw.prices: month-end prices and returns of every line."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import expected_lines, known_lines, refused_in
from smallcap.engine.context import Run
from smallcap.engine.deliveries import delivered_rows, rows_before, settle
from smallcap.engine.making import Rows
from smallcap.sources import ingest


@table_asset("raw.prices")
def prices(run: Run, securities: pl.DataFrame) -> Rows:
    """Ask the source for the prices of the years that are made."""
    years = run.years.of("raw.prices")
    start, end = dt.date(min(years), 1, 1), dt.date(max(years), 12, 31)
    lines = known_lines(securities)
    before = rows_before(run, "raw.prices", start, end, lines)
    served = run.source.prices(start, end, lines)
    made = ingest.prices(served, securities, before)
    expected = expected_lines(securities, start, end, run.source.clock)
    settle(run, "raw.prices", served, made, (start, end), expected)
    run.log.note_fetched("prices", years, len(lines))
    rows = made.rows.filter(pl.col("year").is_in(years))
    return delivered_rows(run, "raw.prices", rows, refused_in(made.refused, years))
