"""The commands `tables` and `describe`: what is published, and what one table or view holds."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from smallcap.engine.origins import made_from, made_into, origins_of_columns
from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.package_files import SQL_DIR
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.paging import print_paged
from smallcap.questions import Publication, open_publication
from smallcap.reports.describe_sheet import Described, describe_sheet, tables_sheet
from smallcap.settings import Settings
from smallcap.tables import META_TABLES, TABLES
from smallcap.tables.views import read_views
from smallcap.warehouse.formats import TEXT_WRITERS, ListedRows
from smallcap.warehouse.query import LAYERS_IN_ORDER

Row = dict[str, Any]

LISTED = ("name", "kind", "rows", "first_year", "last_year", "meaning")
DESCRIBED = ("column", "type", "unit", "example", "from", "meaning")
NEAREST = 5
ENTITIES = {
    "entity_id": "core.members",
    "security_id": "raw.securities",
    "book": "core.books",
    "month": "core.factors_monthly",
}


def show_tables(settings: Settings, written_as: str, out: Console) -> None:
    """List the published tables and views by layer: rows, years, and what a row is.

    Parameters
    ----------
    settings
        The settings.
    written_as
        table, csv, json or markdown.
    out
        Where a table goes; the others go to standard output.
    """
    with open_publication(settings.warehouse_dir) as publication:
        relations = publication.ask("published_relations")
    if written_as != "table":
        _write(written_as, LISTED, relations)
        return
    hint = f"columns, units and joins of one: {command_hint(settings, 'describe', 'NAME')}"
    print_paged(tables_sheet(relations, hint), out)


def show_table(settings: Settings, name: str, written_as: str, out: Console) -> None:
    """Describe a table or view: columns, key, what it is made from, joins, and a query to begin with.

    Parameters
    ----------
    settings, written_as, out
        As for `show_tables`.
    name
        The table, with or without its layer.

    Raises
    ------
    InputError
        When there is none of that name; the message names the nearest.
    """
    with open_publication(settings.warehouse_dir) as publication:
        relations = publication.ask("published_relations")
        found = _described(settings, publication, _found(relations, name))
    if written_as != "table":
        _write(written_as, DESCRIBED, found.columns)
        return
    print_paged(describe_sheet(found), out)


def nearest_tables(name: str, names: Sequence[str]) -> list[str]:
    """Return the tables whose names are nearest to one, with or without its layer."""
    short = {known.partition(".")[2]: known for known in reversed(names)}
    wanted = name.lower().rpartition(".")[2]
    within = [known for word, known in short.items() if wanted in word]
    alike = [short[word] for word in difflib.get_close_matches(wanted, list(short), NEAREST)]
    return list(dict.fromkeys([*alike, *within]))[:NEAREST]


def _found(relations: Sequence[Row], name: str) -> Row:
    wanted = name.lower().removeprefix("warehouse.")
    matching = [row for row in relations if wanted in (row["name"], row["short_name"])]
    if matching:
        return matching[0]
    near = nearest_tables(name, [row["name"] for row in relations])
    told = f"the nearest are {', '.join(near)}" if near else "`smallcap tables` lists them"
    raise InputError(f"no table or view is named '{name}'; {told}")


def _described(settings: Settings, publication: Publication, relation: Row) -> Described:
    name = relation["name"]
    views = read_views(SQL_DIR / "views")
    columns = publication.ask("relation_columns", relation=name)
    examples = publication.ask("relation_example", relation=name)[0]
    sources = made_from(name, views)
    known = {
        source: [row["column"] for row in publication.ask("relation_columns", relation=source)]
        for source in sources
    }
    origins = origins_of_columns([row["column"] for row in columns], known)
    rows = [
        {**row, "example": examples[row["column"]], "from": ", ".join(origins[row["column"]])}
        for row in columns
    ]
    names = [row["column"] for row in columns]
    return Described(
        relation,
        rows,
        _key(name),
        sources,
        made_into(name, views),
        _joins(name, names),
        _query(settings, relation, names),
    )


def _key(name: str) -> Sequence[str]:
    table = {**TABLES, **META_TABLES}.get(name)
    return list(table.key) if table else []


def _joins(name: str, columns: Sequence[str]) -> list[str]:
    """Say which columns lead to the table whose rows they identify."""
    joins = []
    for column, target in ENTITIES.items():
        if column in columns and target != name:
            together = ("as_of", column) if target == "core.members" and "as_of" in columns else (column,)
            joins.append(f"{', '.join(together)} to {target}")
    return joins


def _query(settings: Settings, relation: Row, columns: Sequence[str]) -> str:
    """Write a command that shows some rows; of the newest date where the table has dates."""
    shown = relation["short_name"] if relation["layer"] == LAYERS_IN_ORDER[0] else relation["name"]
    newest = f" WHERE as_of = (FROM {shown} SELECT max(as_of))" if "as_of" in columns else ""
    return command_hint(settings, "sql", f"FROM {shown}{newest} LIMIT 5")


def _write(written_as: str, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
    listed = ListedRows(tuple(row[column] for column in columns) for row in rows)
    TEXT_WRITERS[written_as](listed, columns, made_visible(sys.stdout))
