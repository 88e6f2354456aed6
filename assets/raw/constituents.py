"""raw.constituents: the lines of the index at every as_of of the years that are made."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import refused_in
from smallcap.engine.context import Run
from smallcap.engine.deliveries import delivered_rows, lists_before, settle_lists
from smallcap.engine.making import Rows
from smallcap.sources import ingest


@table_asset("raw.constituents")
def constituents(run: Run, securities: pl.DataFrame) -> Rows:
    """Ask the source for the newest list at or at most `max_list_age_days` before each as_of."""
    years = run.years.of("raw.constituents")
    dates = run.dates.of(years)
    listed = run.lists.at(dates)
    made = ingest.constituents(listed, securities, run.settings.index_name, lists_before(run, dates))
    settle_lists(run, listed, made)
    run.log.note_fetched("constituents", years, None)
    return delivered_rows(run, "raw.constituents", made.rows, refused_in(made.refused, years))
