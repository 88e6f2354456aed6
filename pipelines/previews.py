"""What Dagster's pages show of a mart that was made: its first rows, the query that reads it, and the report.

All of it is metadata of the materialisation that is reported anyway.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, Final

import dagster as dg
import polars as pl

from smallcap.hints import command_hint
from smallcap.settings import Settings
from smallcap.tables import TABLES

PREVIEW_ROWS: Final = 5
PREVIEW_COLUMNS: Final = 8
LONGEST_CELL: Final = 40
_NOT_PLAIN = re.compile(r"[^\w .,:+\-]", flags=re.ASCII)
"""What may mean something in Markdown or HTML, or to whoever displays it."""


def shown(name: str, first: pl.DataFrame | None, settings: Settings) -> Mapping[str, dg.MetadataValue[Any]]:
    """Return what is shown of a table; nothing for tables that are no marts.

    Parameters
    ----------
    name
        The table.
    first
        The first rows that were made; None where none were.
    settings
        Of the home, for the query and the report.
    """
    if TABLES[name].layer != "marts":
        return {}
    query = command_hint(settings, "sql", f"FROM {name} LIMIT 10")
    links = {
        "query": dg.MetadataValue.text(query),
        "reports": dg.MetadataValue.path(str(settings.reports_dir)),
    }
    return links if first is None else {**links, "preview": dg.MetadataValue.md(preview(name, first))}


def preview(name: str, rows: pl.DataFrame) -> str:
    """Lay out the first rows as a Markdown table: the key and the columns after it.

    Parameters
    ----------
    name
        The table.
    rows
        Its rows, of which the first are shown.
    """
    key = [column for column in TABLES[name].key if column in rows.columns]
    others = [column for column in rows.columns if column not in key and column not in ("year", "rule_set")]
    columns = [*key, *others][:PREVIEW_COLUMNS]
    lines = [columns, ["---"] * len(columns), *rows.select(columns).head(PREVIEW_ROWS).iter_rows()]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    """Write a value; text of a source is cut, and what could mean something is left out."""
    if value is None:
        return ""
    if isinstance(value, bool | int | dt.date):
        return str(value)
    if isinstance(value, float):
        return f"{value:,.6g}" if math.isfinite(value) else ""
    return _NOT_PLAIN.sub("", str(value))[:LONGEST_CELL]
