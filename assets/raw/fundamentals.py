"""raw.fundamentals: annual records, by the year in which they became known."""

from __future__ import annotations

import datetime as dt

import polars as pl

from assets.run import Rows, Run
from assets.table_asset import table_asset
from smallcap.finance.rule_sets import MetricsRules
from smallcap.rules import read_rules
from smallcap.sources import ingest
from smallcap.sources.calendar import nyse_sessions

# What becomes known in a year may restate a fiscal year this far back.
YEARS_RESTATED = 10


@table_asset("raw.fundamentals")
def fundamentals(run: Run, securities: pl.DataFrame) -> Rows:
    """Ask the source for all versions, and keep each record in the year of its available_date."""
    years = run.years_of("raw.fundamentals")
    start, end = dt.date(min(years) - YEARS_RESTATED, 1, 1), dt.date(max(years), 12, 31)
    sessions = nyse_sessions(start, dt.date(max(years) + 1, 12, 31))
    lag = read_rules(run.settings.reference_dir, "metrics.toml", MetricsRules).visibility.assumed_lag_days
    delivery = ingest.fundamentals(run.source.fundamentals(start, end), securities, sessions, lag)
    run.note_fetched("fundamentals", years, securities["source_entity_id"].n_unique())
    return Rows(delivery.rows.filter(pl.col("year").is_in(years)), delivery.refused.filter(pl.col("year").is_in(years)))
