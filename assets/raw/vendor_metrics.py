"""raw.vendor_metrics: ratios that a vendor serves ready-made, by the year in which they became known."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import YEARS_RESTATED, became_known, known_companies, refused_in
from smallcap.engine.context import Run
from smallcap.engine.making import Rows
from smallcap.sources import ingest


@table_asset("raw.vendor_metrics")
def vendor_metrics(run: Run, securities: pl.DataFrame, fundamentals: pl.DataFrame) -> Rows:
    """Ask the source for served ratios.

    Each becomes known with the company's first fundamentals row of its period.
    """
    years = run.years.of("raw.vendor_metrics")
    companies = known_companies(securities)
    served = run.source.vendor_metrics(
        dt.date(min(years) - YEARS_RESTATED, 1, 1), dt.date(max(years), 12, 31), companies
    )
    delivery = ingest.vendor_metrics(served, securities, fundamentals)
    run.log.note_delivery("raw.vendor_metrics", delivery, run.years.of("raw.vendor_metrics"))
    run.log.note_fetched("vendor_metrics", years, len(companies))
    return Rows(became_known(delivery.rows, years), refused_in(delivery.refused, years))
