"""What is asked of a catalogue about itself: the statements of ``sql/catalogue``; and making its views."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import duckdb

from smallcap.package_files import SQL_DIR


def rows_of(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Run a statement of ``sql/catalogue``, named by its file, and return its rows."""
    return connection.execute(_text(name), parameters or None).fetchall()


def create_views(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    """Create views in an order that their references allow: one that reads a missing view is tried again.

    Raises
    ------
    duckdb.Error
        When a view cannot be created, whatever the order.
    """
    waiting = list(statements)
    while waiting:
        refused: dict[str, duckdb.CatalogException] = {}
        for statement in waiting:
            try:
                connection.execute(statement)
            except duckdb.CatalogException as error:
                refused[statement] = error
        if len(refused) == len(waiting):
            raise refused[waiting[0]]
        waiting = list(refused)


@cache
def _text(name: str) -> str:
    return (SQL_DIR / "catalogue" / f"{name}.sql").read_text(encoding="utf-8")
