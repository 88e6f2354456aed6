"""The concept and filing behind each figure of a statement, and what it lacks and why, as frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl

from smallcap.sources.sec.chains import COUNT_ITEMS, MONEY_ITEMS, SHARES_OUTSTANDING, Figure
from smallcap.sources.sec.facts import DEFAULT_TAXONOMY
from smallcap.sources.sec.rows import labels_of, table_of
from smallcap.sources.sec.statements import Company, Statement, why_missing

JUDGED_NONE: Final = "(none)"
"""The tag of a figure of zero that stands for a blank."""
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


def tags_frame(statements: Sequence[Statement], company_id: str) -> pl.DataFrame:
    """Return the concept and filing of every figure: one row per part, whose values add up to the figure."""
    return table_of(_tag_rows(statements, company_id), TAGS_SCHEMA)


def missing_frame(statements: Sequence[Statement], company: Company, company_id: str) -> pl.DataFrame:
    """Return the items that each version lacks, with the reason."""
    return table_of(_missing_rows(statements, company, company_id), MISSING_SCHEMA)


def _tag_rows(statements: Sequence[Statement], company_id: str) -> Iterable[tuple[Any, ...]]:
    for statement in statements:
        count = statement.count
        for version in statement.versions:
            labels = labels_of(statement, version, company_id)
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
            labels = labels_of(statement, version, company_id)
            figures, unusable = version.figures, statement.unusable
            for item in (*MONEY_ITEMS, *COUNT_ITEMS):
                if item not in figures:
                    yield (*labels, item, why_missing(item, figures, is_debt_none, unusable, company))
            if statement.count.value is None:
                yield (*labels, SHARES_OUTSTANDING, statement.count.problem)
