"""Rows of core.trailing_metrics and core.quarterly_fundamentals for tests, with only what a test names."""

from __future__ import annotations

import polars as pl

from smallcap.tables.quarters import QuarterlyFundamentals
from smallcap.tables.trailing import TrailingMetrics

NOT_FLAGGED = {
    name: False
    for schema in (TrailingMetrics, QuarterlyFundamentals)
    for name, column in schema.columns().items()
    if column.dtype == pl.Boolean
}


def trailing(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of core.trailing_metrics; period_end is the balance sheet's date."""
    columns = {name: column.dtype for name, column in TrailingMetrics.columns().items()}
    named = [
        {**dict.fromkeys(columns), **_flags(columns), "balance_sheet_date": row["period_end"], **row}
        for row in rows
    ]
    return pl.DataFrame(named, schema=columns)


def quarters(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of core.quarterly_fundamentals."""
    columns = {name: column.dtype for name, column in QuarterlyFundamentals.columns().items()}
    named = [{**dict.fromkeys(columns), **_flags(columns), "rule_set": "test", **row} for row in rows]
    return pl.DataFrame(named, schema=columns)


def _flags(columns: dict[str, pl.DataType]) -> dict[str, bool]:
    return {name: value for name, value in NOT_FLAGGED.items() if name in columns}
