"""The funnel of one date for the terminal.

Nothing is queried or computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.fitted import FittedTable, plain_table

Row = Mapping[str, Any]


def funnel_sheet(
    claim: str, summary: Sequence[Row], groups: Mapping[str, Sequence[Row]], most: int
) -> RenderableType:
    """Lay out the attrition of a date, its survivors, and who is borderline or has to be verified.

    Parameters
    ----------
    claim
        What can be claimed of the data; shown at the top.
    summary
        The rows of marts.funnel_summary.
    groups
        Named lists of companies, each row with ticker, name, filter_name and reason.
    most
        Companies of each list that are shown.
    """
    parts: list[RenderableType] = [Text(f"Funnel of {summary[0]['as_of']}", style="bold"), Text(claim)]
    parts += [Text(""), _attrition(summary), Text(_outcomes(summary[-1]))]
    for title, companies in groups.items():
        parts += [Text(""), _companies(title, companies, most)]
    return Group(*parts)


def _attrition(summary: Sequence[Row]) -> RenderableType:
    counts = ("entered", "passed", "failed", "verify", "borderline", "left", "stand_alone_passed")
    rows = [
        [f"{row['filter_number']} {row['filter_name']}", *(f"{row[name]:,}" for name in counts)]
        for row in summary
    ]
    return plain_table("", ("filter", *counts[:-1], "alone passed"), rows, texts=("filter",))


def _outcomes(last: Row) -> str:
    counts = ", ".join(
        f"{last[f'outcome_{name}']:,} {name}"
        for name in ("survivor", "survivor_unverified", "undetermined", "failed")
    )
    return f"outcomes: {counts}"


def _companies(title: str, companies: Sequence[Row], most: int) -> FittedTable:
    shown = f", the first {most} (--rows shows more)" if len(companies) > most else ""
    rows = [
        [row["ticker"], row["name"] or "", row["filter_name"] or "", row["reason"] or ""]
        for row in companies[:most]
    ]
    headings = ("ticker", "name", "filter", "why")
    return plain_table(f"{title}: {len(companies)}{shown}", headings, rows, texts=headings)
