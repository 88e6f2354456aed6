"""Converts the vendor's annual and quarterly records to our rows: all versions, dated, in our units."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import polars as pl

from smallcap.sources.base import FUNDAMENTALS_COLUMNS, QUARTERLY_FUNDAMENTALS_COLUMNS
from smallcap.sources.xfinlink.answers import Topic
from smallcap.sources.xfinlink.client import NAME, XfinlinkClient
from smallcap.sources.xfinlink.questions import Dataset
from smallcap.sources.xfinlink.units import (
    FUNDAMENTALS_READ,
    MILLION,
    QUARTERS_READ,
    STATEMENT_ITEMS,
    UNCERTAIN_ITEMS,
)
from smallcap.split_basis import AS_FILED

FUNDAMENTALS: Final = Dataset(
    "fundamentals", page_rows=5000, rows_per_year=1.2, settles_after=dt.timedelta(days=5 * 365)
)
"""One record in six is restated, some after four years."""

QUARTERLY_FUNDAMENTALS: Final = replace(FUNDAMENTALS, name="quarterly_fundamentals", rows_per_year=4.4)
"""Four records a year; one in ten is restated."""

CURRENCY: Final = "USD"
"""The currency of rows without one: the vendor states all money in dollars."""


def fundamentals_topic(client: XfinlinkClient) -> Topic:
    """Return how annual records are requested and read."""
    return Topic(FUNDAMENTALS, FUNDAMENTALS_READ, "period_end", client.fundamentals, fundamentals_rows)


def quarterly_fundamentals_topic(client: XfinlinkClient) -> Topic:
    """Return how quarterly records are requested and read."""
    return Topic(
        QUARTERLY_FUNDAMENTALS,
        QUARTERS_READ,
        "period_end",
        client.quarterly_fundamentals,
        quarterly_fundamentals_rows,
    )


def quarterly_fundamentals_rows(served: pl.DataFrame) -> pl.DataFrame:
    """Convert rows as served to `QUARTERLY_FUNDAMENTALS_COLUMNS`.

    As `fundamentals_rows`. All flows, also of the cash flow statement and of fourth quarters, are those of
    the three months; years to date and the day on which the fiscal year began are not served.
    """
    rows = fundamentals_rows(served)
    return rows.select(
        pl.col(name) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in QUARTERLY_FUNDAMENTALS_COLUMNS.items()
    )


def fundamentals_rows(served: pl.DataFrame) -> pl.DataFrame:
    """Convert rows as served to `FUNDAMENTALS_COLUMNS`.

    Share counts are as filed, without later splits. The vendor serves a restated figure under the date of
    the filing that it came from, so no value is visible too early.
    """
    items = {**STATEMENT_ITEMS, **UNCERTAIN_ITEMS}
    return served.select(
        pl.col("entity_id").cast(pl.String).alias("source_entity_id"),
        "period_end",
        "version",
        "ticker",
        "fiscal_year",
        "period_days",
        pl.col("currency").fill_null(CURRENCY),
        "filing_date",
        "shares_outstanding_date",
        *[(pl.col(theirs) * MILLION).alias(ours) for ours, theirs in items.items()],
        source=pl.lit(NAME),
        is_value_restated=pl.lit(False),
        is_blank_debt_zero=pl.lit(False),
        is_debt_explained_zero=pl.lit(False),
        shares_split_basis=pl.lit(AS_FILED),
    ).select(pl.col(name).cast(dtype) for name, dtype in FUNDAMENTALS_COLUMNS.items())
