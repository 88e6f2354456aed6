"""raw.fundamental_tags: from which concept of which filing each figure is, by the year of its record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.engine.asked import known_companies
from smallcap.engine.context import Run
from smallcap.engine.making import Rows
from smallcap.sources.tags import RECORD_KEY, tags_of_records

NAME = "raw.fundamental_tags"
_BEFORE = dt.timedelta(days=31)
"""A filing of the last days of a year becomes known in the next."""


@table_asset(NAME, columns={"fundamentals": RECORD_KEY, "quarterly_fundamentals": RECORD_KEY})
def fundamental_tags(
    run: Run, securities: pl.DataFrame, fundamentals: pl.DataFrame, quarterly_fundamentals: pl.DataFrame
) -> Rows:
    """Ask the source for the concepts of the records that became known in each year.

    A source that names no concepts delivers none. Concepts of records that it no longer delivers stay.
    """
    years = run.years.of(NAME)
    companies = known_companies(securities)
    records = {"annual": fundamentals, "quarterly": quarterly_fundamentals}
    if "fundamental_tags" not in run.source.absent:
        run.log.note_fetched("fundamental_tags", years, len(companies))

    def each_year() -> Iterator[pl.DataFrame]:
        """Make one year after the other, so that they are never in memory together."""
        for year in years:
            own = {
                record: rows.filter((pl.col("year") == year) & pl.col("filing_date").is_not_null())
                for record, rows in records.items()
            }
            first = dt.date(year, 1, 1) - _BEFORE
            served = run.source.fundamental_tags(first, dt.date(year, 12, 31), companies)
            before = run.home.lake.read(NAME, [year]) if run.source.refresh_after else None
            yield tags_of_records(served.rows, own, before)

    return Rows(each_year())
