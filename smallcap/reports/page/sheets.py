"""Tear sheets of the survivors: the rows of each company put together, figures still unwritten.

The template writes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from smallcap.reports.page.data import ReportData

Row = Mapping[str, Any]

STATEMENTS = {"balance_sheet": "Balance sheet", "income": "Income statement", "cash_flow": "Cash flow"}
MAIN_LINES = (
    ("Revenue", "revenue_usd", "millions"),
    ("Operating income", "operating_income_usd", "millions"),
    ("Net income", "net_income_usd", "millions"),
    ("Operating cash flow", "operating_cash_flow_usd", "millions"),
    ("Free cash flow", "free_cash_flow_usd", "millions"),
    ("Total debt", "total_debt_usd", "millions"),
    ("Cash, short-term investments", "cash_and_short_term_investments_usd", "millions"),
    ("Net cash", "net_cash_usd", "millions"),
    ("Equity", "shareholders_equity_usd", "millions"),
    ("Dividends", "dividends_paid_usd", "millions"),
    ("Gross margin", "gross_margin", "percent"),
    ("EBITDA margin", "ebitda_margin", "percent"),
    ("Operating margin", "operating_margin", "percent"),
    ("Net margin", "net_margin", "percent"),
    ("ROE", "roe", "percent"),
    ("Debt / equity", "debt_to_equity", "percent"),
    ("Filed", "filing_date", "date"),
    ("Known since", "available_date", "date"),
    ("Version", "version", "words"),
)
"""Lines of the table of fiscal years: heading, column, format."""


@dataclass(frozen=True)
class Lens:
    """One statement of a company: its items, and how many preferences they meet and miss."""

    title: str
    items: Sequence[Row]
    met: int
    missed: int


@dataclass(frozen=True)
class Sheet:
    """Everything the page shows of one survivor.

    Attributes
    ----------
    identity
        Its row of `sheet_identity`.
    path
        Its rows of `sheet_path`, by filter.
    lenses
        Its three statements.
    years
        Its fiscal years, newest first.
    scores
        Its quality scores by method.
    loadings
        Its own factor loadings, where they were estimated.
    """

    identity: Row
    path: Sequence[Row]
    lenses: Sequence[Lens]
    years: Sequence[Row]
    scores: Sequence[Row]
    loadings: Sequence[Row]


def sheets_of(data: ReportData) -> list[Sheet]:
    """Put the tear sheets of a report together, in the order of `sheet_identity`."""
    path, lenses, years, scores, loadings = (
        _by_company(frame)
        for frame in (
            data.sheet_path,
            data.sheet_lenses,
            data.sheet_years,
            data.sheet_scores,
            data.sheet_loadings,
        )
    )
    return [
        Sheet(
            identity,
            path.get(company, []),
            _lenses(lenses.get(company, [])),
            years.get(company, []),
            scores.get(company, []),
            [row for row in loadings.get(company, []) if row["status"] == "estimated"],
        )
        for identity in data.sheet_identity.to_dicts()
        for company in [identity["entity_id"]]
    ]


def _by_company(frame: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in frame.to_dicts():
        grouped.setdefault(row["entity_id"], []).append(row)
    return grouped


def _lenses(rows: Sequence[Row]) -> list[Lens]:
    by_statement = {
        title: [row for row in rows if row["statement"] == name] for name, title in STATEMENTS.items()
    }
    return [
        Lens(
            title,
            items,
            sum(row["verdict"] == "met" for row in items),
            sum(row["verdict"] == "missed" for row in items),
        )
        for title, items in by_statement.items()
        if items
    ]
