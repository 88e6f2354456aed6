"""Companies of the report: which have a page of their own, and the rows of each put together.

Figures are still unwritten; the template writes them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl

from smallcap.reports.page.data import ReportData
from smallcap.reports.page.sections.blocks import where

Row = Mapping[str, Any]

SURVIVORS = ("survivor", "survivor_unverified")
NEAR = 40
"""Near misses with a page of their own, the nearest first."""
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
    """Everything that the report shows of one company.

    Attributes
    ----------
    identity
        Its row of `sheet_identity`, or of `watched_identity` where it is no member.
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


def own_pages(data: ReportData) -> set[int]:
    """Choose the companies with a page of their own: survivors, near misses, changed and watched ones.

    Those that are watched have one also where they are no members.
    """
    survivors = where(data.sheet_identity, pl.col("outcome").is_in(SURVIVORS))
    near = data.near_misses.head(NEAR) if data.near_misses.columns else data.near_misses
    chosen = (survivors, near, data.funnel_changes, data.watched_members)
    wanted = {company for frame in chosen if frame.columns for company in frame["entity_id"]}
    return wanted & everyone(data) | _companies(data.watched_identity)


def everyone(data: ReportData) -> set[int]:
    """Return every member that the report can show."""
    return _companies(data.sheet_identity)


def sheets_of(data: ReportData, companies: Collection[int]) -> list[Sheet]:
    """Put the rows of companies together: members in the order of `sheet_identity`, then watched names."""
    chosen = pl.col("entity_id").is_in(list(companies))
    path, lenses, years, scores, loadings = (
        _by_company([where(frame, chosen) for frame in frames])
        for frames in (
            (data.sheet_path, data.watched_path),
            (data.sheet_lenses, data.watched_lenses),
            (data.sheet_years,),
            (data.sheet_scores, data.watched_scores),
            (data.sheet_loadings,),
        )
    )
    identities = (where(data.sheet_identity, chosen), where(data.watched_identity, chosen))
    return [
        Sheet(
            identity,
            path.get(company, []),
            _lenses(lenses.get(company, [])),
            years.get(company, []),
            scores.get(company, []),
            [row for row in loadings.get(company, []) if row["status"] == "estimated"],
        )
        for frame in identities
        for identity in frame.to_dicts()
        for company in [identity["entity_id"]]
    ]


def _companies(frame: pl.DataFrame) -> set[int]:
    return set(frame["entity_id"]) if frame.columns else set()


def _by_company(frames: Sequence[pl.DataFrame]) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in chain.from_iterable(frame.to_dicts() for frame in frames):
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
