"""A company's statements as filed, as one object for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

Row = Mapping[str, Any]

ITEMS: Final = {
    "revenue": "revenue",
    "cost_of_revenue": "cost of revenue",
    "gross_profit": "gross profit",
    "operating_income": "operating income",
    "interest_expense": "interest expense",
    "net_interest_expense": "net interest expense",
    "pretax_income": "income before tax",
    "income_tax": "income tax",
    "net_income": "net income",
    "cash_and_short_term_investments": "cash and short-term investments",
    "receivables": "receivables",
    "inventories": "inventories",
    "current_assets": "current assets",
    "property_plant_equipment": "property, plant and equipment",
    "goodwill": "goodwill",
    "total_assets": "total assets",
    "short_term_debt": "short-term debt",
    "current_liabilities": "current liabilities",
    "long_term_debt": "long-term debt",
    "total_liabilities": "total liabilities",
    "retained_earnings": "retained earnings",
    "shareholders_equity": "shareholders' equity",
    "depreciation_amortization": "depreciation and amortization",
    "operating_cash_flow": "operating cash flow",
    "capital_expenditures": "capital expenditures",
    "dividends_paid": "dividends paid",
    "net_share_repurchases": "buybacks less issues",
    "shares_outstanding": "shares outstanding",
    "shares_basic": "average shares, basic",
    "shares_diluted": "average shares, diluted",
}
"""Items in the order of statements, in words."""
_LABELS: Final = ("period_end", "version", "filing_date")


@dataclass(frozen=True)
class Statements:
    """What is shown of a company: the frames of `smallcap.sources.sec.company.CompanyFacts`."""

    cik: int
    entity_name: str
    annual: pl.DataFrame
    tags: pl.DataFrame
    missing: pl.DataFrame
    refused: pl.DataFrame
    notices: Sequence[str]


def filing_document(shown: Statements) -> dict[str, Any]:
    """Return everything as one object, amounts unrounded: years, their versions, what changed, what lacks."""
    tags = _by_version(shown.tags)
    missing = _by_version(shown.missing)
    years: dict[Any, dict[str, Any]] = {}
    for row in shown.annual.sort("period_end", "filing_date", "version").iter_rows(named=True):
        year = years.setdefault(
            row["period_end"],
            {name: row[name] for name in ("fiscal_year", "period_end", "period_days")} | {"versions": []},
        )
        key = tuple(row[name] for name in _LABELS)
        figures = _figures(tags.get(key, ()))
        version = {
            **{name: row[name] for name in ("version", "filing_date", "is_debt_explained_zero")},
            "shares_outstanding_date": row["shares_outstanding_date"],
            "figures": figures,
            "changed": _changed(year["versions"][-1]["figures"] if year["versions"] else figures, figures),
            "missing": {one["item"]: one["reason"] for one in missing.get(key, ())},
        }
        year["versions"].append(version)
    return {
        "cik": shown.cik,
        "entity_name": shown.entity_name,
        "years": list(years.values()),
        "refused": [
            {"year": row["year"], "rule": row["rule"], "row": _parsed(row["row_json"])}
            for row in shown.refused.iter_rows(named=True)
        ],
        "notices": list(shown.notices),
    }


def _by_version(rows: pl.DataFrame) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(tuple(row[name] for name in _LABELS), []).append(row)
    return found


def _figures(parts: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return each figure with the concepts that it is the sum of."""
    figures: dict[str, dict[str, Any]] = {}
    for part in parts:
        figure = figures.setdefault(
            part["item"], {"value": 0.0, "accession": part["accession"], "form": part["form"], "concepts": []}
        )
        figure["value"] += part["value"]
        concept = {name: part[name] for name in ("taxonomy", "tag", "value")}
        figure["concepts"].append(concept)
    return {item: figures[item] for item in ITEMS if item in figures}


def _changed(before: Row, after: Row) -> dict[str, dict[str, float | None]]:
    return {
        item: {"from": before[item]["value"] if item in before else None, "to": figure["value"]}
        for item, figure in after.items()
        if item not in before or before[item]["value"] != figure["value"]
    }


def _parsed(text: str) -> Any:
    """Return a refused row; its text where it was shortened."""
    try:
        return json.loads(text)
    except ValueError:
        return text
