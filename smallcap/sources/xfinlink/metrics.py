"""Converts the vendor's ready-made ratios to rows of raw.vendor_metrics."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from smallcap.sources.base import VENDOR_METRICS_COLUMNS
from smallcap.sources.xfinlink.answers import Topic
from smallcap.sources.xfinlink.client import NAME, XfinlinkClient
from smallcap.sources.xfinlink.questions import Dataset
from smallcap.sources.xfinlink.units import METRICS, METRICS_READ, MILLION

VENDOR_METRICS: Final = Dataset(
    "metrics", page_rows=100, rows_per_year=1.0, settles_after=dt.timedelta(days=550)
)
"""Late filers have filed after a year and a half."""


def metrics_topic(client: XfinlinkClient) -> Topic:
    """Return how ratios are requested and read."""
    key = ("entity_id", "period_end")
    return Topic(VENDOR_METRICS, METRICS_READ, "period_end", client.metrics, metrics_rows, key)


def metrics_rows(served: pl.DataFrame) -> pl.DataFrame:
    """Convert rows as served to `VENDOR_METRICS_COLUMNS`; market capitalisation is served in USD millions."""
    return served.select(
        pl.col("entity_id").cast(pl.String).alias("source_entity_id"),
        "period_end",
        *METRICS,
        market_cap_period_end_usd=pl.col("market_cap") * MILLION,
        source=pl.lit(NAME),
    ).select(pl.col(name).cast(dtype) for name, dtype in VENDOR_METRICS_COLUMNS.items())
