"""A company's statements as filed: the tables of the command `explain-filing`, and the same for a program.

Nothing is read or computed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.fitted import Column, FittedTable

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
MILLION: Final = 1e6
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


def filing_sheet(document: Mapping[str, Any]) -> RenderableType:
    """Lay out what `filing_document` returns: one part a fiscal year, the newest first."""
    parts: list[RenderableType] = [
        Text(f"{document['entity_name'] or 'a company without a name'} (CIK {document['cik']})", style="bold")
    ]
    for year in reversed(document["years"]):
        parts += [Text(""), *_year(year)]
    if not document["years"]:
        parts += [Text(""), Text("No annual statement can be made from this file.")]
    if document["refused"]:
        parts += [Text(""), _refused(document["refused"])]
    if document["notices"]:
        parts += [Text(""), Text("Notices", style="bold"), *(Text(notice) for notice in document["notices"])]
    return Group(*parts)


def in_millions(value: float) -> str:
    """Write an amount or a count in millions, to the thousand."""
    return f"{value / MILLION:,.3f}"


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


def _year(year: Row) -> list[RenderableType]:
    original, *later = year["versions"]
    days = f"{year['period_days']} days" if year["period_days"] else "of unknown length"
    title = f"Fiscal year {year['fiscal_year']}, to {year['period_end']} ({days})"
    rows = [
        (ITEMS[item], in_millions(figure["value"]), _concepts(figure), figure["accession"])
        for item, figure in original["figures"].items()
    ]
    columns = (
        *(Column(original["version"]), Column("millions", is_figure=True, is_whole=True)),
        *(Column("concept"), Column("accession number", is_whole=True)),
    )
    parts: list[RenderableType] = [
        Text(title, style="bold"),
        Text(f"{_forms(original)} filed {original['filing_date']}"),
        FittedTable(columns, rows),
    ]
    for version in later:
        parts += [Text(f"restated in {_changing(version)} filed {version['filing_date']}"), _changes(version)]
    if original["missing"]:
        parts.append(Text(_lacking(original)))
    return parts


def _forms(version: Row) -> str:
    return ", ".join(dict.fromkeys(figure["form"] for figure in version["figures"].values())) or "report"


def _changing(version: Row) -> str:
    """Name the filings of the figures that a version changed."""
    named = (
        f"{version['figures'][item]['form']} {version['figures'][item]['accession']}"
        for item in version["changed"]
    )
    return " and ".join(dict.fromkeys(named))


def _changes(version: Row) -> FittedTable:
    rows = [
        (
            ITEMS[item],
            "–" if change["from"] is None else in_millions(change["from"]),
            in_millions(change["to"]),
            _concepts(version["figures"][item]),
        )
        for item, change in version["changed"].items()
    ]
    columns = (
        *(Column("changed"), Column("before", is_figure=True, is_whole=True)),
        *(Column("after", is_figure=True, is_whole=True), Column("concept")),
    )
    return FittedTable(columns, rows)


def _concepts(figure: Row) -> str:
    """Name the concepts that a figure is the sum of."""
    named = []
    for concept in figure["concepts"]:
        taxonomy = concept["taxonomy"]
        name = concept["tag"] if taxonomy in (None, "us-gaap") else f"{taxonomy}:{concept['tag']}"
        named.append(("- " if concept["value"] < 0 and len(figure["concepts"]) > 1 else "+ ") + name)
    return " ".join(named).removeprefix("+ ")


def _lacking(version: Row) -> str:
    """Say what a statement lacks, by reason."""
    by_reason: dict[str, list[str]] = {}
    for item, reason in version["missing"].items():
        by_reason.setdefault(reason, []).append(ITEMS[item])
    said = (f"{', '.join(items)} ({reason})" for reason, items in by_reason.items())
    return f"missing: {'; '.join(said)}"


def _refused(rows: Sequence[Row]) -> FittedTable:
    cells = [(row["rule"], _place(row["row"]), _problem(row["row"])) for row in rows]
    columns = (Column("refused"), Column("where"), Column("why"))
    return FittedTable(columns, cells)


def _place(row: Any) -> str:
    if not isinstance(row, dict):
        return ""
    named = (str(row[name]) for name in ("concept", "period_end", "accession", "accn") if row.get(name))
    return " ".join(named)


def _problem(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    return str(row.get("problem") or row)
