"""A company's statements as filed: the tables of the command `explain-filing`.

Nothing is read or computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.filing_document import ITEMS
from smallcap.reports.fitted import Column, FittedTable

Row = Mapping[str, Any]

MILLION: Final = 1e6


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
