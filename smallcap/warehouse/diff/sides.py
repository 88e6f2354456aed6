"""Opening the two warehouses of a comparison read-only in one connection that can read no other file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from smallcap.errors import InputError, SmallcapError
from smallcap.warehouse.diff.moved import attach_moved
from smallcap.warehouse.diff.result import Source
from smallcap.warehouse.reading import identity, served_path
from smallcap.warehouse.sqltext import quote_list, quote_name, quote_table, quote_text
from smallcap.warehouse.statements import rows_of

ADVICE = "give a home that was published, or a file that 'smallcap export' wrote"
MEMORY_LIMIT = "1GB"
MOST_THREADS = 4
"""Each thread has buffers of its own, so that more of them would need more memory than the limit."""


@dataclass(frozen=True)
class Side:
    """One warehouse, attached.

    Attributes
    ----------
    source
        What was named, and what it says of itself.
    database
        The name under which it is attached.
    columns
        Columns and their DuckDB types of each published table and each meta table, by table.
    files
        The Parquet files that its views read; none of an exported file.
    """

    source: Source
    database: str
    columns: Mapping[str, Mapping[str, str]]
    files: tuple[Path, ...]

    def relation(self, table: str) -> str:
        """Write the name of a table in SQL."""
        return f"{quote_name(self.database)}.{quote_table(table)}"


@contextmanager
def open_sides(a: Path, b: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Side, Side]]:
    """Attach both warehouses to a connection that reads nothing else, and spills to a temporary folder.

    Raises
    ------
    InputError
        When one of them is neither a home nor an exported file, or cannot be opened.
    NothingPublishedError
        When nothing was published in a home yet.
    SmallcapError
        When published files are gone.
    """
    with tempfile.TemporaryDirectory(prefix="smallcap-diff-") as folder, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {quote_text(folder)}")
        connection.execute(f"SET memory_limit = {quote_text(MEMORY_LIMIT)}")
        connection.execute(f"SET threads = {min(MOST_THREADS, os.cpu_count() or 1)}")
        connection.execute("SET python_enable_replacements = false")
        sides = _open(connection, a, "a"), _open(connection, b, "b")
        connection.execute(f"SET allowed_paths = {quote_list(file for side in sides for file in side.files)}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection, *sides


def _open(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Side:
    """Attach the warehouse of a home, or a file."""
    home = path.resolve() if path.is_dir() else None
    file = _catalogue_of(path) if home else path
    if not file.is_file():
        raise InputError(f"there is no {path}; {ADVICE}")
    try:
        connection.execute(f"ATTACH {quote_text(file)} AS {quote_name(name)} (READ_ONLY)")
    except duckdb.Error as error:
        raise InputError(f"{file} cannot be opened: {error}; {ADVICE}") from None
    _require_own(connection, name, file)
    connection.execute(f"USE {quote_name(name)}")
    own = identity(connection)
    published = [table for (table,) in rows_of(connection, "published_tables")]
    files = _files(connection, name, home or own.home)
    connection.execute("USE memory")
    database = name
    if files and home and home != own.home:
        database = attach_moved(connection, name, own.home, home)
    source = Source(path, own.run_id, own.release, own.label)
    return Side(source, database, _columns(connection, database, published), files)


def _catalogue_of(folder: Path) -> Path:
    if not any((folder / part).exists() for part in ("home.toml", "lake", "warehouse")):
        raise InputError(f"{folder} is not a home: it has neither home.toml nor lake nor warehouse; {ADVICE}")
    return served_path(folder / "warehouse")


def _require_own(connection: duckdb.DuckDBPyConnection, database: str, file: Path) -> None:
    """Refuse a DuckDB file that is not a warehouse."""
    found = rows_of(connection, "meta_tables", database=database)
    missing = {"catalogue", "published_tables", "published_files"} - {table for (table,) in found}
    if missing:
        raise InputError(f"{file} was not written by smallcap: it has no meta.{min(missing)}; {ADVICE}")


def _files(connection: duckdb.DuckDBPyConnection, database: str, home: Path) -> tuple[Path, ...]:
    """List the files behind the views of the catalogue in use; an export has its rows itself.

    Raises
    ------
    SmallcapError
        When some of them are gone.
    """
    files = tuple(home / path for (path,) in rows_of(connection, "attached_files", database=database))
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise SmallcapError(
            f"{len(missing)} published files are gone, the first is {missing[0]}; restore them, or "
            f"run 'smallcap run' to publish again"
        )
    return files


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, published: list[str]
) -> dict[str, dict[str, str]]:
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in rows_of(connection, "attached_columns", database=database):
        if table in published or table.startswith("meta."):
            columns.setdefault(table, {})[column] = kind
    return columns
