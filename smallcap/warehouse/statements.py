"""What is asked of a catalogue about itself: the statements of ``sql/catalogue``."""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb

from smallcap.package_files import SQL_DIR


def rows_of(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Run a statement of ``sql/catalogue``, named by its file, and return its rows."""
    return connection.execute(_text(name), parameters or None).fetchall()


@cache
def _text(name: str) -> str:
    return (SQL_DIR / "catalogue" / f"{name}.sql").read_text(encoding="utf-8")
