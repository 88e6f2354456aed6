"""The views of sql/views: descriptions of the views and their columns, read from the view files.

The first line of a file is a comment that describes the view. A line ``-- name [unit]: meaning`` after it
describes a column, or several columns with the same meaning, separated by commas. A column without such a
line has the description of the column of the same name in the views that the view reads, else in the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from smallcap.errors import SmallcapError
from smallcap.tables.macros import macros
from smallcap.tables.registry import META_TABLES, TABLES

LAYER = "marts"

_COLUMN_LINE = re.compile(r"^-- (\w+(?:, \w+)*)(?: \[([^\]]+)\])?: (.+)$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Meaning:
    """Description of a column, and its unit; empty if it has none."""

    text: str
    unit: str


@dataclass(frozen=True)
class View:
    """A view over published tables, and over other views.

    Attributes
    ----------
    name
        Layer and view, as in DuckDB.
    description
        What the view shows.
    select
        The SELECT statement.
    described
        The columns described in the view's file.
    over
        The other views that it reads.
    """

    name: str
    description: str
    select: str
    described: Mapping[str, Meaning]
    over: tuple[View, ...] = ()

    @property
    def sources(self) -> list[str]:
        """The tables and views that the view reads."""
        return [*(view.name for view in self.over), *self._tables]

    @cached_property
    def _tables(self) -> list[str]:
        return [name for name in (*TABLES, *META_TABLES) if _reads(self.select, name)]

    def meaning(self, column: str) -> Meaning | None:
        """Return the meaning of a column; None if nothing describes it, or what is read disagrees."""
        if column in self.described:
            return self.described[column]
        in_views = {meaning for view in self.over if (meaning := view.meaning(column)) is not None}
        in_tables = {meaning for name in self._tables if (meaning := _meaning_in(name, column)) is not None}
        found = in_views or in_tables
        return found.pop() if len(found) == 1 else None


def read_view(file: Path) -> View:
    """Read a view from its file, which has the view's name; `over` is left empty.

    Raises
    ------
    SmallcapError
        When the first line does not describe the view.
    """
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    description = first.lstrip("- ").strip()
    if not first.startswith("--") or not description:
        raise SmallcapError(f"{file}: the first line must be a comment ('-- …') that describes the view")
    described = {
        column: Meaning(text, unit or "")
        for names, unit, text in _COLUMN_LINE.findall(rest)
        for column in names.split(", ")
    }
    return View(
        f"{LAYER}.{file.stem}", description, _COLUMN_LINE.sub("", rest).strip().rstrip(";"), described
    )


def read_views(folder: Path) -> list[View]:
    """Read the views of a folder: each after those that it reads, otherwise sorted by name.

    Raises
    ------
    SmallcapError
        When the first line of a file does not describe the view, or views read each other in a circle.
    """
    waiting = [read_view(file) for file in sorted(folder.glob("*.sql"))]
    names = [view.name for view in waiting]
    found: dict[str, View] = {}
    while waiting:
        ready = next((view for view in waiting if _read_by(view, names) <= set(found)), None)
        if ready is None:
            circle = ", ".join(view.name for view in waiting)
            raise SmallcapError(f"{folder}: these views read each other in a circle: {circle}")
        over = tuple(found[name] for name in sorted(_read_by(ready, names)))
        found[ready.name] = View(ready.name, ready.description, ready.select, ready.described, over)
        waiting.remove(ready)
    return list(found.values())


@contextmanager
def empty_warehouse(views: Sequence[View]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Create in memory what a catalogue has: every table, without rows, the macros, and the views."""
    with duckdb.connect() as connection:
        for name, table in {**TABLES, **META_TABLES}.items():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.layer}")
            connection.register("no_rows", table.empty())
            connection.execute(f"CREATE TABLE {name} AS FROM no_rows")
        for statement in (line for macro in macros() for line in macro.statements()):
            connection.execute(statement)
        for view in views:
            connection.execute(f"CREATE VIEW {view.name} AS {view.select}")
        for name in (*TABLES, *(view.name for view in views)):
            if name.startswith(f"{LAYER}."):
                connection.execute(f"CREATE VIEW {name.removeprefix(f'{LAYER}.')} AS FROM {name}")
        yield connection


def column_types(views: Sequence[View]) -> dict[str, dict[str, pl.DataType]]:
    """Return the columns of each view in order, with the types that DuckDB gives them."""
    with empty_warehouse(views) as connection:
        return {view.name: dict(connection.sql(f"FROM {view.name}").pl().schema) for view in views}


def _reads(select: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", select) is not None


def _read_by(view: View, names: Sequence[str]) -> set[str]:
    return {name for name in names if name != view.name and _reads(view.select, name)}


def _meaning_in(table: str, column: str) -> Meaning | None:
    definition = {**TABLES, **META_TABLES}[table].declared.get(column)
    if definition is None or not definition.description:
        return None
    return Meaning(definition.description, (definition.metadata or {}).get("unit", ""))
