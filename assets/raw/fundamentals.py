"""raw.fundamentals: annual records, by the year in which they became known."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import YEARS_RESTATED, became_known, known_companies, refused_in
from smallcap.engine.context import Run
from smallcap.engine.making import Rows
from smallcap.rules.types.metrics import MetricsRules
from smallcap.sources import ingest
from smallcap.sources.calendar import nyse_sessions


@table_asset("raw.fundamentals")
def fundamentals(run: Run, securities: pl.DataFrame, metrics_rules: MetricsRules) -> Rows:
    """Ask the source for all versions, and keep each record in the year of its available_date."""
    years = run.years.of("raw.fundamentals")
    start, end = dt.date(min(years) - YEARS_RESTATED, 1, 1), dt.date(max(years), 12, 31)
    companies = known_companies(securities)
    sessions = nyse_sessions(start, dt.date(max(years) + 1, 12, 31))
    lag = metrics_rules.visibility.assumed_lag_days
    delivery = ingest.fundamentals(run.source.fundamentals(start, end, companies), securities, sessions, lag)
    run.log.note_delivery("raw.fundamentals", delivery, run.years.of("raw.fundamentals"))
    run.log.note_fetched("fundamentals", years, len(companies))
    return Rows(became_known(delivery.rows, years), refused_in(delivery.refused, years))
