"""The published tables in lists, and one of them described. Nothing is queried or computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.terminal import written

Row = Mapping[str, Any]

LAYERS = {
    "marts": "marts: answers, for analysts",
    "core": "core: cleaned, one fact in one place",
    "raw": "raw: as the source delivered",
    "meta": "meta: runs, checks and what is published",
}

MOST_SOURCES = 2


@dataclass(frozen=True)
class Described:
    """A table or view with all that is known of it.

    Attributes
    ----------
    relation
        Its row of the question ``published_relations``.
    columns
        Rows of the question ``relation_columns``, with `example` and `from`.
    key
        Columns whose values occur once; none for a view.
    made_from
        What it is made from, with the years that one year needs.
    made_into
        What is made from it.
    joins
        Columns that lead to other tables, in words.
    query
        A query to begin with.
    """

    relation: Row
    columns: Sequence[Row]
    key: Sequence[str]
    made_from: Mapping[str, str]
    made_into: Sequence[str]
    joins: Sequence[str]
    query: str


def tables_sheet(relations: Sequence[Row], hint: str) -> RenderableType:
    """Lay out the published tables and views, one table per layer.

    Parameters
    ----------
    relations
        Rows of the question ``published_relations``.
    hint
        How one of them is described.
    """
    parts: list[RenderableType] = []
    columns = [
        *(Column(name, is_whole=True) for name in ("name", "kind")),
        *(Column(name, is_figure=True, is_whole=True) for name in ("rows", "years")),
        Column("a row is", is_shortened=True),
    ]
    for layer, title in LAYERS.items():
        rows = [list(_listed(row)) for row in relations if row["layer"] == layer]
        if rows:
            parts += [FittedTable(columns, rows, title), Text("")]
    return Group(*parts, Text(hint, style="dim"))


def describe_sheet(found: Described) -> RenderableType:
    """Lay out one table or view: its columns, and how it hangs together with others.

    Parameters
    ----------
    found
        The table or view.
    """
    relation = found.relation
    parts: list[RenderableType] = [
        Text(str(relation["name"]), style="bold"),
        Text(str(relation["meaning"])),
        Text(""),
        *_facts(found),
        Text(""),
        _columns(found),
        Text(""),
        Text("Query it:", style="bold"),
        Text(f"  {found.query}"),
    ]
    return Group(*parts)


def _sources(names: str) -> str:
    """Name two sources of a column, and count the others."""
    first, others = names.split(", ")[:MOST_SOURCES], names.split(", ")[MOST_SOURCES:]
    return ", ".join(first) + (f" and {len(others)} more" if others else "")


def _listed(row: Row) -> Iterator[str]:
    yield str(row["short_name"])
    yield str(row["kind"])
    yield "" if row["rows"] is None else f"{row['rows']:,}"
    yield _years(row)
    yield str(row["meaning"])


def _years(row: Row) -> str:
    if row["first_year"] is None:
        return ""
    return f"{row['first_year']}–{row['last_year']}"


def _facts(found: Described) -> Iterator[Text]:
    relation = found.relation
    rows = "" if relation["rows"] is None else f"{relation['rows']:,} rows"
    size = ", ".join(filter(None, (rows, _years(relation))))
    made_from = [f"{name} ({years})" if years else name for name, years in found.made_from.items()]
    for name, told in (
        ("kind", f"{relation['kind']}{', ' if size else ''}{size}"),
        ("key", ", ".join(found.key)),
        ("made from", ", ".join(made_from)),
        ("used by", ", ".join(found.made_into)),
        ("joins", "; ".join(found.joins)),
    ):
        if told:
            yield Text.assemble((f"{name:<10}", "bold"), told)


def _columns(found: Described) -> FittedTable:
    columns = [
        Column("column", is_whole=True),
        Column("type", is_whole=True),
        Column("unit"),
        Column("example", is_shortened=True),
        Column("from"),
        Column("meaning"),
    ]
    rows: list[list[str | Text]] = [
        [
            Text(str(row["column"]), style="bold" if row["column"] in found.key else ""),
            str(row["type"]).lower(),
            str(row["unit"] or ""),
            written(row["example"]),
            _sources(str(row["from"])),
            str(row["meaning"]),
        ]
        for row in found.columns
    ]
    return FittedTable(columns, rows)
