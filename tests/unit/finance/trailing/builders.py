"""Statements of company 1, annual and quarterly, and what is known of its trailing twelve months on a day."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl

from smallcap.finance.pointintime import visible
from smallcap.finance.trailing.metrics import trailing_metrics
from smallcap.rules.files import read_rules
from smallcap.rules.types.trailing import TrailingRules
from smallcap.tables.quarters import QuarterlyFundamentals
from tests.unit.finance.builders import METRICS, REFERENCE, SANITY, fundamentals, year_row

TRAILING = read_rules(REFERENCE, "trailing.toml", TrailingRules)
Row = dict[str, Any]
FLAGS = {name: False for name in QuarterlyFundamentals.columns() if name.startswith(("is_", "has_"))}
ENDS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
LAG = dt.timedelta(days=40)
"""From the end of a quarter to the filing of its report; it is known the day after."""


def quarter(fiscal_year: int, number: int, year_to_date: float | None = None, **values: Any) -> Row:
    """Make a quarter of the calendar year whose revenue since January is `year_to_date`."""
    period_end = dt.date(fiscal_year, *ENDS[number])
    start = dt.date(fiscal_year, 1, 1)
    filed = period_end + LAG
    row = {
        "entity_id": 1,
        "fiscal_year": fiscal_year,
        "fiscal_quarter": number,
        "fiscal_year_start": start,
        "period_end": period_end,
        "filing_date": filed,
        "available_date": filed + dt.timedelta(days=1),
        "version": "original",
        "source": "test",
        "currency": "USD",
        "rule_set": "test",
        "revenue_year_to_date_usd": year_to_date,
        **values,
    }
    return {**row, "year": row["available_date"].year}


def restated(row: Row, known: dt.date, **values: Any) -> Row:
    """Make a later version of a row."""
    return {**row, "version": "restated", "available_date": known, "year": known.year, **values}


def quarterly(*rows: Row) -> pl.DataFrame:
    """Rows of core.quarterly_fundamentals."""
    columns = {name: column.dtype for name, column in QuarterlyFundamentals.columns().items()}
    return pl.DataFrame([{**dict.fromkeys(columns), **FLAGS, **row} for row in rows], schema=columns)


def trailing(*, annual: list[Row], quarters: list[Row]) -> pl.DataFrame:
    """Compute every row of core.trailing_metrics."""
    return trailing_metrics(fundamentals(*annual), quarterly(*quarters), METRICS, SANITY, TRAILING)


def on(day: dt.date, *, annual: list[Row], quarters: list[Row]) -> Row:
    """Return the row of company 1 that is visible on a day."""
    rows = trailing(annual=annual, quarters=quarters)
    asked = pl.DataFrame({"entity_id": [1], "as_of": [day]}, schema={"entity_id": pl.Int64, "as_of": pl.Date})
    return visible(rows, asked).row(0, named=True)


FLOW_ITEMS = (
    "revenue",
    "net_income",
    "operating_cash_flow",
    "capital_expenditures",
    "operating_income",
    "interest_expense",
    "dividends_paid",
)
SHEET_ITEMS = (
    "total_assets_usd",
    "shareholders_equity_usd",
    "short_term_debt_usd",
    "long_term_debt_usd",
    "total_liabilities_usd",
)


def random_history(seed: int, years: range = range(2019, 2024)) -> tuple[list[Row], list[Row]]:
    """Invent annual and quarterly statements with gaps, restatements, blanks and filings of one day."""
    draw = random.Random(seed)
    annual: list[Row] = []
    quarters: list[Row] = []
    declared = {"is_blank_debt_zero": draw.random() < 0.5}
    for year in years:
        sums = dict.fromkeys(FLOW_ITEMS, 0.0)
        for number in ENDS:
            alone = {item: float(draw.randint(1, 9) * 10) for item in FLOW_ITEMS}
            sums = {item: sums[item] + alone[item] for item in FLOW_ITEMS}
            values = {f"{item}_usd": alone[item] for item in FLOW_ITEMS}
            values |= {f"{item}_year_to_date_usd": sums[item] for item in FLOW_ITEMS}
            row = quarter(year, number, **declared, **_figures(draw, {**values, **_sheet(draw)}))
            if draw.random() < 0.9:
                quarters.append(_filed(draw, row))
            if draw.random() < 0.3:
                quarters.append(restated(row, _day(draw, row, 500), **_changed(draw, values)))
        figures = _figures(draw, {f"{item}_usd": sums[item] for item in FLOW_ITEMS} | _sheet(draw))
        record = year_row(year, period_days=365, **declared, **figures)
        if draw.random() < 0.9:
            annual.append(_filed(draw, record))
        if draw.random() < 0.3:
            known = _day(draw, record, 500)
            annual.append(restated(record, known, **_changed(draw, figures)))
    return annual, quarters


def _sheet(draw: random.Random) -> Row:
    return {name: float(draw.randint(1, 50)) for name in SHEET_ITEMS} | {"shares_outstanding": 10.0}


def _figures(draw: random.Random, values: Row) -> Row:
    """Leave out some figures, all dividends of some records, and put some in doubt."""
    blank = {name for name in values if draw.random() < 0.05}
    if draw.random() < 0.3:
        blank |= {name for name in values if name.startswith(("dividends", "interest", "short", "long"))}
    given = {name: None if name in blank else value for name, value in values.items()}
    suspect = draw.choice(list(values)) if draw.random() < 0.1 else None
    return {**given, "is_scale_suspect": suspect is not None, "scale_suspect_fields": suspect}


def _changed(draw: random.Random, values: Row) -> Row:
    factor = draw.choice([1.0, 1.0, 1.02, 0.6])
    return {
        name: value * factor if isinstance(value, float) and draw.random() < 0.5 else value
        for name, value in values.items()
    }


def _filed(draw: random.Random, row: Row) -> Row:
    known = row["available_date"] + dt.timedelta(days=draw.choice([0, 0, 0, 5, 90]))
    return {**row, "available_date": known, "year": known.year}


def _day(draw: random.Random, row: Row, most: int) -> dt.date:
    return row["available_date"] + dt.timedelta(days=draw.randint(1, most))  # type: ignore[no-any-return]
