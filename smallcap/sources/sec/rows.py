"""Statements as frames: annual rows and quarterly rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from smallcap.sources.base import FUNDAMENTALS_COLUMNS
from smallcap.sources.sec.chains import (
    COUNT_ITEMS,
    FLOW_ITEMS,
    MONEY_ITEMS,
    SHARES_OUTSTANDING,
)
from smallcap.sources.sec.periods import length
from smallcap.sources.sec.reading import TO_DATE
from smallcap.sources.sec.statements import Statement
from smallcap.sources.sec.versions import Version
from smallcap.split_basis import AS_FILED
from smallcap.tables.quarters import RawQuarterlyFundamentals

SOURCE: Final = "sec"
ORIGINAL, RESTATED = "original", "restated"
YEAR_ENDS_BY: Final = 14
"""A fiscal year is numbered by the calendar year in which it ends; one that ends by this day of January, by
the year before."""
LABELS: Final = ("source_entity_id", "period_end", "version", "filing_date")
_LEFT_TO_OTHERS: Final = ("year", "entity_id", "available_date", "is_available_date_assumed", "missing_since")
_QUARTERLY: Final[dict[str, Any]] = {
    name: column.dtype
    for name, column in RawQuarterlyFundamentals.columns().items()
    if name not in (*_LEFT_TO_OTHERS, "source_entity_id")
}
QUARTERLY_COLUMNS: Final = pl.Schema({"source_entity_id": pl.String, **_QUARTERLY})
_ANNUAL: Final = pl.Schema(FUNDAMENTALS_COLUMNS)
COLUMN_NAMES: Final = {
    **{item: f"{item}_usd" for item in MONEY_ITEMS},
    **{f"{item}{TO_DATE}": f"{item}{TO_DATE}_usd" for item in FLOW_ITEMS},
    **{item: item for item in (*COUNT_ITEMS, SHARES_OUTSTANDING)},
}
"""The column of each item."""


def annual_frame(statements: Sequence[Statement], company_id: str) -> pl.DataFrame:
    """Return annual rows in the columns of `FUNDAMENTALS_COLUMNS`."""
    rows = [row for statement in statements for row in _rows(statement, company_id)]
    return _frame(rows, _ANNUAL)


def quarterly_frame(statements: Sequence[Statement], company_id: str) -> pl.DataFrame:
    """Return quarterly rows in the columns of `QUARTERLY_COLUMNS`."""
    rows = []
    for statement in statements:
        period = statement.period
        start = period.to_date[0][0] if period.to_date else None
        year = None if start is None else fiscal_year(start + 364)
        for row in _rows(statement, company_id):
            row["fiscal_year_start"] = None if start is None else dt.date.fromordinal(start)
            row["fiscal_year"] = year
            rows.append(row)
    return _frame(rows, QUARTERLY_COLUMNS)


def fiscal_year(end: int) -> int:
    """Return the number of the fiscal year that ends on a day, an ordinal."""
    return dt.date.fromordinal(end - YEAR_ENDS_BY).year


def labels_of(statement: Statement, version: Version, company_id: str) -> tuple[str, dt.date, str, dt.date]:
    """Return the values of `LABELS`: whose, of which period, which version, filed when."""
    name = ORIGINAL if version is statement.versions[0] else RESTATED
    end, filed = dt.date.fromordinal(statement.period.end), dt.date.fromordinal(version.filing.filed)
    return company_id, end, name, filed


def _rows(statement: Statement, company_id: str) -> Iterable[dict[str, Any]]:
    count, period = statement.count, statement.period
    for version, is_debt_none in zip(statement.versions, statement.is_debt_none, strict=True):
        row: dict[str, Any] = dict(zip(LABELS, labels_of(statement, version, company_id), strict=True))
        row.update(
            source=SOURCE,
            is_value_restated=False,
            is_blank_debt_zero=False,
            is_debt_explained_zero=is_debt_none,
            fiscal_year=fiscal_year(period.end),
            period_days=length(period.flows[0]) if period.flows else None,
            currency="USD",
            shares_split_basis=AS_FILED,
            shares_outstanding=count.value,
            shares_outstanding_date=None if count.day is None else dt.date.fromordinal(count.day),
        )
        for item, figure in version.figures.items():
            row[COLUMN_NAMES[item]] = float(figure.value)
        yield row


def _frame(rows: Sequence[Mapping[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    names = list(schema)
    return table_of((tuple(row.get(name) for name in names) for row in rows), schema)


def table_of(rows: Iterable[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    """Make a frame of rows, also of none."""
    found = list(rows)
    return pl.DataFrame(found, schema=schema, orient="row") if found else schema.to_frame()
