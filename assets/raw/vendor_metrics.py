"""raw.vendor_metrics: ratios that a vendor serves ready-made, by the year in which they became known."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import (
    YEARS_RESTATED,
    became_known,
    expected_companies,
    known_companies,
    refused_in,
)
from smallcap.engine.context import Run
from smallcap.engine.deliveries import delivered_rows, rows_before, settle
from smallcap.engine.making import Rows
from smallcap.sources import ingest


@table_asset("raw.vendor_metrics")
def vendor_metrics(run: Run, securities: pl.DataFrame, fundamentals: pl.DataFrame) -> Rows:
    """Ask the source for served ratios.

    Each becomes known with the company's first fundamentals row of its period.
    """
    years = run.years.of("raw.vendor_metrics")
    companies = known_companies(securities)
    start, end = dt.date(min(years) - YEARS_RESTATED, 1, 1), dt.date(max(years), 12, 31)
    before = rows_before(run, "raw.vendor_metrics", start, end, companies)
    served = run.source.vendor_metrics(start, end, companies)
    made = ingest.vendor_metrics(served, securities, fundamentals, before)
    if "vendor_metrics" in run.source.absent:
        run.log.note_delivery("raw.vendor_metrics", made, years)
    else:
        expected = expected_companies(securities, start, end)
        settle(run, "raw.vendor_metrics", served, made, (start, end), expected)
        run.log.note_fetched("vendor_metrics", years, len(companies))
    rows = became_known(made.rows, years)
    return delivered_rows(run, "raw.vendor_metrics", rows, refused_in(made.refused, years))
