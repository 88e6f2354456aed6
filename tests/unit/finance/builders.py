"""Small frames for the finance tests: rows of the tables with only what a test names filled in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.applicability import APPLICABILITY_FILE, Applicability
from smallcap.rules.types.kinds import KINDS_FILE, CompanyKind
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.tables.registry import TABLES

REFERENCE = Path(__file__).resolve().parents[3] / "data" / "reference"
SANITY = read_rules(REFERENCE, "sanity.toml", SanityRules)
METRICS = read_rules(REFERENCE, "metrics.toml", MetricsRules)
KINDS = read_rows(REFERENCE, KINDS_FILE, CompanyKind)
APPLICABILITY = read_rules(REFERENCE, APPLICABILITY_FILE, Applicability)

FLAGS = {
    "is_available_date_assumed": False,
    "is_value_restated": False,
    "is_blank_debt_zero": False,
    "is_debt_explained_zero": False,
    "is_scale_suspect": False,
    "is_capex_negative": False,
    "is_revenue_negative": False,
    "is_debt_negative": False,
    "is_amendment_partial": False,
    "is_loss_extreme": False,
}


def table(name: str, rows: list[dict[str, object]], **defaults: object) -> pl.DataFrame:
    """Make rows of a table; columns that neither a row nor `defaults` names are null."""
    columns = TABLES[name].columns
    return pl.DataFrame([{**dict.fromkeys(columns), **defaults, **row} for row in rows], schema=columns)


def year_row(fiscal_year: int, **values: object) -> dict[str, object]:
    """Make a calendar-year record of company 1, filed sixty days after its end, available the day after."""
    period_end = dt.date(fiscal_year, 12, 31)
    filed = period_end + dt.timedelta(days=60)
    return {
        "year": filed.year,
        "entity_id": 1,
        "fiscal_year": fiscal_year,
        "period_end": period_end,
        "filing_date": filed,
        "available_date": filed + dt.timedelta(days=1),
        "version": "original",
        "source": "test",
        "currency": "USD",
        **values,
    }


def raw_fundamentals(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of raw.fundamentals."""
    return table("raw.fundamentals", list(rows), **{name: FLAGS[name] for name in list(FLAGS)[:4]})


def fundamentals(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of core.annual_fundamentals."""
    return table("core.annual_fundamentals", list(rows), **FLAGS)
