"""One portable DuckDB file with everything that is published, rows included."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from smallcap.errors import InputError, SmallcapError
from smallcap.private_files import PRIVATE_FILE
from smallcap.tables import META_TABLES, TABLES
from smallcap.warehouse.catalogue import create_layers, create_macros, new_database
from smallcap.warehouse.new_files import require_outside
from smallcap.warehouse.reading import DATABASE, connect, require_whole, served_path
from smallcap.warehouse.serve import put_in_place
from smallcap.warehouse.sqltext import quote_name, quote_table, quote_text
from smallcap.warehouse.statements import create_views, rows_of

Progress = Callable[[str, int, int], None]
"""Called before each table with its name, its number from one, and the number of tables."""


def export(
    warehouse_dir: Path, target: Path, *, overwrite: bool = False, on_table: Progress | None = None
) -> None:
    """Write the published tables, views, macros, comments and meta tables into one file that needs no other.

    It is written beside `target` and moved there when it is complete; only its owner can read it.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue.
    target
        The file to write.
    overwrite
        Whether an existing file may be replaced.
    on_table
        Called before each table is written.

    Raises
    ------
    InputError
        When `target` exists, is a folder or in the home, its folder is missing or not writable, or the
        system refuses to write it, as on a full disk.
    NothingPublishedError
        When nothing was published yet.
    DamagedCatalogueError
        When the served catalogue is damaged.
    """
    served = served_path(warehouse_dir)
    require_whole(served)
    _check_target(target, warehouse_dir, overwrite)
    try:
        # In a folder of its own: DuckDB writes a second file, and both as others may read them.
        with (
            tempfile.TemporaryDirectory(prefix=".", suffix=".new", dir=target.parent) as folder,
            connect(served) as connection,
        ):
            new = Path(folder).absolute() / target.name  # DuckDB expands a leading ~
            with new_database(connection, new, "portable", back_to=DATABASE):
                create_layers(connection)
                create_macros(connection, _copy_tables(connection, on_table))
                _copy_views(connection)
                _copy_comments(connection)
            new.chmod(PRIVATE_FILE)
            put_in_place(new, target)
    except duckdb.Error as error:
        raise SmallcapError(f"{target} could not be written: {error}") from error
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{target} cannot be written ({reason}); free space, or name another file") from None


def _check_target(target: Path, warehouse_dir: Path, overwrite: bool) -> None:
    if target.is_dir():
        raise InputError(f"{target} is a folder; name the file to write")
    if os.sep != "\\" and "\\" in str(target.absolute()):
        # DuckDB reads it as a separator, and would write into another folder.
        raise InputError(f"{target}: the path of an exported file cannot contain \\; name another file")
    if not target.parent.is_dir():
        raise InputError(f"the folder {target.parent} does not exist; make it first, or name another file")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"the folder {target.parent} cannot be written to; name another file")
    require_outside(target, warehouse_dir.parent)
    if target.exists() and not overwrite:
        raise InputError(f"{target} exists; name another file, or overwrite it with --force")


def _copy_tables(connection: duckdb.DuckDBPyConnection, on_table: Progress | None) -> list[str]:
    """Copy the rows of every served table, and return the tables' names."""
    tables = rows_of(connection, "attached_tables", database=DATABASE)
    views = rows_of(connection, "attached_views", database=DATABASE)
    served = {f"{schema}.{name}" for schema, name, *_ in (*tables, *views)}
    names = [name for name in (*TABLES, *META_TABLES) if name in served]
    for number, name in enumerate(names, start=1):
        if on_table:
            on_table(name, number, len(names))
        connection.execute(
            f"CREATE TABLE portable.{quote_table(name)} AS SELECT * FROM warehouse.{quote_table(name)}"
        )
    return names


def _copy_views(connection: duckdb.DuckDBPyConnection) -> None:
    views = rows_of(connection, "attached_views", database=DATABASE)
    create_views(connection, [sql for schema, name, sql in views if f"{schema}.{name}" not in TABLES])


def _copy_comments(connection: duckdb.DuckDBPyConnection) -> None:
    for name, comment in rows_of(connection, "comments"):
        kind = "TABLE" if name in TABLES or name in META_TABLES else "VIEW"
        connection.execute(f"COMMENT ON {kind} {quote_table(name)} IS {quote_text(comment)}")
    for name, column, comment in rows_of(connection, "column_comments"):
        connection.execute(
            f"COMMENT ON COLUMN {quote_table(name)}.{quote_name(column)} IS {quote_text(comment)}"
        )
