"""Statements as frames: annual rows, quarterly rows, the concept behind each figure, what is missing."""

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
    Figure,
)
from smallcap.sources.sec.facts import DEFAULT_TAXONOMY
from smallcap.sources.sec.periods import length
from smallcap.sources.sec.reading import TO_DATE
from smallcap.sources.sec.statements import Company, Statement, why_missing
from smallcap.sources.sec.versions import Version
from smallcap.split_basis import AS_FILED
from smallcap.tables.quarters import RawQuarterlyFundamentals

SOURCE: Final = "sec"
ORIGINAL, RESTATED = "original", "restated"
JUDGED_NONE: Final = "(none)"
"""The tag of a figure of zero that stands for a blank."""
YEAR_ENDS_BY: Final = 14
"""A fiscal year is numbered by the calendar year in which it ends; one that ends by this day of January, by
the year before."""
LABELS: Final = ("source_entity_id", "period_end", "version", "filing_date")
TAGS_SCHEMA: Final = pl.Schema(
    {
        "source_entity_id": pl.String,
        "period_end": pl.Date,
        "version": pl.String,
        "filing_date": pl.Date,
        "item": pl.String,
        "tag": pl.String,
        "taxonomy": pl.String,
        "accession": pl.String,
        "form": pl.String,
        "filed": pl.Date,
        "part": pl.Int64,
        "value": pl.Float64,
    }
)
MISSING_SCHEMA: Final = pl.Schema(
    {
        "source_entity_id": pl.String,
        "period_end": pl.Date,
        "version": pl.String,
        "filing_date": pl.Date,
        "item": pl.String,
        "reason": pl.String,
    }
)
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


def tags_frame(statements: Sequence[Statement], company_id: str) -> pl.DataFrame:
    """Return the concept and filing of every figure: one row per part, whose values add up to the figure."""
    return _table(_tag_rows(statements, company_id), TAGS_SCHEMA)


def missing_frame(statements: Sequence[Statement], company: Company, company_id: str) -> pl.DataFrame:
    """Return the items that each version lacks, with the reason."""
    return _table(_missing_rows(statements, company, company_id), MISSING_SCHEMA)


def fiscal_year(end: int) -> int:
    """Return the number of the fiscal year that ends on a day, an ordinal."""
    return dt.date.fromordinal(end - YEAR_ENDS_BY).year


def _labels(statement: Statement, version: Version, company_id: str) -> tuple[str, dt.date, str, dt.date]:
    name = ORIGINAL if version is statement.versions[0] else RESTATED
    end, filed = dt.date.fromordinal(statement.period.end), dt.date.fromordinal(version.filing.filed)
    return company_id, end, name, filed


def _rows(statement: Statement, company_id: str) -> Iterable[dict[str, Any]]:
    count, period = statement.count, statement.period
    for version, is_debt_none in zip(statement.versions, statement.is_debt_none, strict=True):
        row: dict[str, Any] = dict(zip(LABELS, _labels(statement, version, company_id), strict=True))
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


def _tag_rows(statements: Sequence[Statement], company_id: str) -> Iterable[tuple[Any, ...]]:
    for statement in statements:
        count = statement.count
        for version in statement.versions:
            labels = _labels(statement, version, company_id)
            for item, figure in version.figures.items():
                filed = dt.date.fromordinal(figure.filed)
                for part, (taxonomy, tag, value) in enumerate(_parts(figure), start=1):
                    yield (*labels, item, tag, taxonomy, figure.accession, figure.form, filed, part, value)
            if count.tag is not None:
                filing = statement.versions[0].filing
                taxonomy, tag = _split(count.tag)
                filed = dt.date.fromordinal(filing.filed)
                own = (SHARES_OUTSTANDING, tag, taxonomy, filing.accession, filing.form, filed, 1)
                yield (*labels, *own, count.value)


def _parts(figure: Figure) -> Iterable[tuple[str | None, str, float]]:
    if not figure.parts:
        return [(None, JUDGED_NONE, 0.0)]
    return [
        (*_split(tag), float(sign * value))
        for (sign, tag, _), value in zip(figure.parts, figure.values, strict=True)
    ]


def _split(tag: str) -> tuple[str, str]:
    taxonomy, _, name = tag.rpartition(":")
    return taxonomy or DEFAULT_TAXONOMY, name


def _missing_rows(
    statements: Sequence[Statement], company: Company, company_id: str
) -> Iterable[tuple[Any, ...]]:
    for statement in statements:
        for version, is_debt_none in zip(statement.versions, statement.is_debt_none, strict=True):
            labels = _labels(statement, version, company_id)
            for item in (*MONEY_ITEMS, *COUNT_ITEMS):
                if item not in version.figures:
                    yield (*labels, item, why_missing(item, version.figures, is_debt_none, company))
            if statement.count.value is None:
                yield (*labels, SHARES_OUTSTANDING, statement.count.problem)


def _frame(rows: Sequence[Mapping[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    names = list(schema)
    return _table((tuple(row.get(name) for name in names) for row in rows), schema)


def _table(rows: Iterable[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    found = list(rows)
    return pl.DataFrame(found, schema=schema, orient="row") if found else schema.to_frame()
