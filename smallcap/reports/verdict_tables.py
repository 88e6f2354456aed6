"""The verdicts of a tear sheet as tables: filters and lenses."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from smallcap.reports.figure_tables import Row
from smallcap.reports.fitted import FittedTable, plain_table
from smallcap.reports.terminal import decimal

STATUS_STYLES = {
    "pass": "green",
    "met": "green",
    "fail": "red",
    "missed": "red",
    "verify": "yellow",
    "unknown": "yellow",
    "not_reached": "dim",
    "not_applicable": "dim",
}


def path_table(path: Sequence[Row]) -> FittedTable:
    """Show each filter in order and by itself, with its figure, threshold and reason."""
    rows = [
        [
            f"{row['filter_number']} {row['filter_name']}",
            _styled(row["status"]).append(" borderline" if row["is_borderline"] else "", ""),
            _styled(row["stand_alone_status"]),
            decimal(row["value"]),
            decimal(row["threshold"]),
            decimal(row["headroom"]),
            row["reason"],
        ]
        for row in path
    ]
    headings = ("filter", "status", "alone", "value", "limit", "headroom", "why")
    outcome = path[0]["outcome"] if path else "not a member"
    return plain_table(f"Funnel: {outcome}", headings, rows, texts=("filter", "status", "alone", "why"))


def lens_table(title: str, items: Sequence[Row]) -> FittedTable:
    """Show the items of one statement, and how many preferences are met."""
    met = sum(row["verdict"] == "met" for row in items)
    rows = [
        [
            row["item"],
            decimal(row["value"]),
            row["preference"],
            _styled(row["verdict"]).append(f" ({row['reason']})" if row["reason"] else "", ""),
        ]
        for row in items
    ]
    headings = ("item", "value", "preference", "verdict")
    return plain_table(
        f"{title}: {met} of {len(items)} preferences met",
        headings,
        rows,
        texts=("item", "preference", "verdict"),
    )


def _styled(status: str) -> Text:
    return Text().append(status, STATUS_STYLES.get(status, ""))
