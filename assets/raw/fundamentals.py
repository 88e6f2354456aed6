"""raw.fundamentals: annual records, by the year in which they became known."""

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
    before = rows_before(run, "raw.fundamentals", start, end, companies)
    served = run.source.fundamentals(start, end, companies)
    made = ingest.fundamentals(served, securities, sessions, lag, before)
    settle(run, "raw.fundamentals", served, made, (start, end), expected_companies(securities, start, end))
    run.log.note_fetched("fundamentals", years, len(companies))
    years = run.years.of("raw.fundamentals")
    rows = became_known(made.rows, years)
    return delivered_rows(run, "raw.fundamentals", rows, refused_in(made.refused, years))
