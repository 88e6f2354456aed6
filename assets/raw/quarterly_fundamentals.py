"""raw.quarterly_fundamentals: quarterly records, by the year in which they became known."""

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

NAME = "raw.quarterly_fundamentals"


@table_asset(NAME)
def quarterly_fundamentals(run: Run, securities: pl.DataFrame, metrics_rules: MetricsRules) -> Rows:
    """Ask the source for all versions, and keep each record in the year of its available_date.

    A source without quarters delivers none.
    """
    years = run.years.of(NAME)
    start, end = dt.date(min(years) - YEARS_RESTATED, 1, 1), dt.date(max(years), 12, 31)
    companies = known_companies(securities)
    sessions = nyse_sessions(start, dt.date(max(years) + 1, 12, 31))
    lag = metrics_rules.visibility.assumed_lag_days
    before = rows_before(run, NAME, start, end, companies)
    served = run.source.quarterly_fundamentals(start, end, companies)
    made = ingest.quarterly_fundamentals(served, securities, sessions, lag, before)
    if "quarterly_fundamentals" in run.source.absent:
        run.log.note_delivery(NAME, made, years)
    else:
        settle(run, NAME, served, made, (start, end), expected_companies(securities, start, end))
        run.log.note_fetched("quarterly_fundamentals", years, len(companies))
    years = run.years.of(NAME)
    rows = became_known(made.rows, years)
    return delivered_rows(run, NAME, rows, refused_in(made.refused, years))
