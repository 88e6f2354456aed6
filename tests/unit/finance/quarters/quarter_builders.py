"""Quarterly and annual rows of one company with calendar quarters, and what becomes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from smallcap.finance.quarters.quarters import ANNUAL_COLUMNS, Quarters, quarters_known_in
from smallcap.tables.quarters import QuarterlyRecord
from tests.unit.finance.builders import FLAGS, SANITY, fundamentals, year_row

ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
DAYS = (90, 91, 92, 92)


def quarter_row(year: int, number: int, **values: object) -> dict[str, object]:
    """Make a quarter of company 1, filed forty days after its end, available the day after."""
    end = dt.date(year, *ENDS[number - 1])
    return known(
        end + dt.timedelta(days=40),
        {
            "entity_id": 1,
            "fiscal_year": year,
            "fiscal_year_start": dt.date(year, 1, 1),
            "period_end": end,
            "period_days": DAYS[number - 1],
            "version": "original",
            "source": "test",
            "currency": "USD",
            **values,
        },
    )


def known(filed: dt.date, row: dict[str, object]) -> dict[str, object]:
    """Date a row by its filing; it is available the day after."""
    available = filed + dt.timedelta(days=1)
    return {**row, "filing_date": filed, "available_date": available, "year": available.year}


def restated(row: dict[str, object], filed: dt.date, **values: object) -> dict[str, object]:
    """Make a later version of a row."""
    return known(filed, {**row, "version": "restated", **values})


def whole_year(year: int, **values: object) -> dict[str, object]:
    """Make an annual record of company 1, filed sixty days after its end."""
    return year_row(year, period_days=366 if year % 4 == 0 else 365, **values)


def raw(rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """Rows as raw.quarterly_fundamentals has them."""
    columns = {name: column.dtype for name, column in QuarterlyRecord.columns().items()}
    flags = {name: value for name, value in FLAGS.items() if name in columns}
    return pl.DataFrame([{**dict.fromkeys(columns), **flags, **row} for row in rows], schema=columns)


def quarters(
    *rows: dict[str, object],
    annual: Sequence[dict[str, object]] = (),
    years: Sequence[int] = (2023, 2024, 2025),
) -> pl.DataFrame:
    """Return what becomes known of the quarters in some years, oldest first."""
    return pl.concat([one.rows for one in made(rows, annual, years)]).sort(
        "period_end", "available_date", "version"
    )


def refused(*rows: dict[str, object], years: Sequence[int] = (2023, 2024, 2025)) -> list[tuple[dt.date, str]]:
    """Return the quarters that are refused, with their rule."""
    frames = [one.refused.select("period_end", "rule") for one in made(rows, (), years)]
    return pl.concat(frames).sort("period_end").rows()


def made(
    rows: Sequence[dict[str, object]], annual: Sequence[dict[str, object]], years: Sequence[int]
) -> list[Quarters]:
    """Compute each year from everything known until its end."""
    quarterly, records = raw(rows), fundamentals(*annual).select(ANNUAL_COLUMNS)
    return [
        quarters_known_in(
            year, quarterly.filter(pl.col("year") <= year), records.filter(pl.col("year") <= year), SANITY
        )
        for year in years
    ]
