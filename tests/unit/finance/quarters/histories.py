"""Invented histories of filings with the errors of real ones: quarters that are missing, late, restated, cut
short, mislabelled, or of another start.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from tests.unit.finance.quarters.quarter_builders import known, quarter_row, whole_year

Row = dict[str, Any]
ITEMS = ("revenue", "net_income", "dividends_paid", "operating_cash_flow")
CASH = ("dividends_paid", "operating_cash_flow")
YEARS = range(2021, 2025)


def random_filings(seed: int) -> tuple[list[Row], list[Row]]:
    """Invent the quarterly and annual rows of one company.

    Parameters
    ----------
    seed
        Of the random numbers.
    """
    draw = random.Random(seed)
    quarterly: list[Row] = []
    annual: list[Row] = []
    for year in YEARS:
        sums = dict.fromkeys(ITEMS, 0.0)
        for number in (1, 2, 3, 4):
            alone = {item: _flow(draw, item) for item in ITEMS}
            sums = {item: sums[item] + alone[item] for item in ITEMS}
            if number < 4 or draw.random() < 0.1:
                quarterly += _filed(draw, year, number, alone, sums)
        if draw.random() < 0.9:
            annual += _year(draw, year, sums)
    return quarterly, annual


def _flow(draw: random.Random, item: str) -> float:
    if draw.random() < 0.15:
        return 0.0
    return float(
        draw.randint(1, 9) * 10 if item in ("revenue", "dividends_paid") else draw.randint(-9, 9) * 10
    )


def _filed(draw: random.Random, year: int, number: int, alone: Row, sums: Row) -> list[Row]:
    """File a quarter: not at all, late, once more, or with an error."""
    if draw.random() < 0.15:
        return []
    values = {f"{item}_usd": alone[item] for item in ITEMS if item not in CASH}
    values |= {f"{item}_year_to_date_usd": sums[item] for item in ITEMS}
    row = quarter_row(year, number, **_blemished(draw, values), **_sheet(draw))
    row |= _misplaced(draw, row)
    row = known(row["filing_date"] + dt.timedelta(days=draw.choice([0, 0, 0, 20, 150])), row)
    if draw.random() < 0.05:
        row["currency"] = "CAD"
    rows = [row]
    while draw.random() < 0.3:
        day = rows[-1]["filing_date"] + dt.timedelta(days=draw.choice([0, 1, 30, 92, 365]))
        rows.append(known(day, {**row, "version": "restated", **_blemished(draw, _changed(draw, values))}))
        rows[-1]["source"] = f"test {len(rows)}"
    return rows


def _blemished(draw: random.Random, values: Row) -> Row:
    """Leave figures out, give three months for nine, or let a year to date fall."""
    given: Row = {name: None if draw.random() < 0.1 else value for name, value in values.items()}
    if draw.random() < 0.1:
        given["revenue_year_to_date_usd"] = given["revenue_usd"]
    if draw.random() < 0.1:
        given["dividends_paid_year_to_date_usd"] = draw.choice([0.0, 5.0, None])
    if draw.random() < 0.05:
        given["revenue_usd"] = draw.choice([float("nan"), 45.0])
    if draw.random() < 0.05:
        given = {name: None if value is None else value / 1000 for name, value in given.items()}
    return given


def _misplaced(draw: random.Random, row: Row) -> Row:
    """Leave the start of the year or the length out, or move them or the end."""
    chosen = draw.random()
    if chosen < 0.1:
        return {"fiscal_year_start": None}
    if chosen < 0.15:
        return {"period_days": None}
    if chosen < 0.2:
        return {"fiscal_year_start": row["fiscal_year_start"] + dt.timedelta(days=draw.choice([-7, 3, 90]))}
    if chosen < 0.25:
        end = row["period_end"] + dt.timedelta(days=draw.choice([-40, -3, 30]))
        return {"period_end": end}
    if chosen < 0.28:
        return {"period_days": draw.choice([31, 79, 182, 273])}
    return {}


def _sheet(draw: random.Random) -> Row:
    if draw.random() < 0.1:
        return {}
    return {
        "total_assets_usd": float(draw.choice([9, 900, 1000, 1100, 1200, 120_000])),
        "shareholders_equity_usd": float(draw.randint(100, 500)),
    }


def _changed(draw: random.Random, values: Row) -> Row:
    factor = draw.choice([1.0, 1.005, 1.02, 0.6])
    return {name: value * factor if draw.random() < 0.6 else value for name, value in values.items()}


def _year(draw: random.Random, year: int, sums: Row) -> list[Row]:
    figures = {f"{item}_usd": None if draw.random() < 0.05 else sums[item] for item in ITEMS}
    row = whole_year(year, **figures, **_sheet(draw))
    if draw.random() < 0.1:
        row["period_days"] = draw.choice([None, 364, 371])
    if draw.random() < 0.05:
        row |= {"is_scale_suspect": True, "scale_suspect_fields": "revenue_usd, total_assets_usd"}
    row = _dated(row, draw.choice([0, 0, 0, 25, 200]))
    rows = [row]
    if draw.random() < 0.3:
        again = {**row, "version": "restated", **_changed(draw, {k: v or 0.0 for k, v in figures.items()})}
        rows.append(_dated(again, draw.choice([0, 60, 400])))
    return rows


def _dated(row: Row, later: int) -> Row:
    return known(row["filing_date"] + dt.timedelta(days=later), row)
