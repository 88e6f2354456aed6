"""Reading the warehouse of a moved or copied home without writing to it: its views are created in memory."""

from __future__ import annotations

from pathlib import Path

import duckdb

from smallcap.errors import SmallcapError
from smallcap.warehouse.sqltext import quote_name, quote_text
from smallcap.warehouse.statements import create_views, rows_of


def attach_moved(connection: duckdb.DuckDBPyConnection, database: str, old: Path, new: Path) -> str:
    """Make the views of an attached catalogue again, over the files of the place where the home is now.

    The text of the views is kept but for the home, so that a home of another release shows the columns that
    it has.

    Parameters
    ----------
    connection
        Where the catalogue is attached.
    database
        Under which name.
    old, new
        The home that the views name, and where it is now.

    Returns
    -------
    str
        The database that has the views, and the catalogue's own tables.
    """
    moved = f"{database} moved"
    connection.execute(f"ATTACH ':memory:' AS {quote_name(moved)}")
    connection.execute(f"USE {quote_name(moved)}")
    tables = rows_of(connection, "attached_tables", database=database)
    views = rows_of(connection, "attached_views", database=database)
    for schema in {schema for schema, *_ in (*tables, *views)}:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_name(schema)}")
    for schema, table in tables:
        place = f"{quote_name(schema)}.{quote_name(table)}"
        connection.execute(f"CREATE VIEW {place} AS FROM {quote_name(database)}.{place}")
    try:
        create_views(connection, [_repoint(sql, old, new) for *_, sql in views])
    except duckdb.Error as error:
        raise _unreadable(error) from None
    connection.execute("USE memory")
    return moved


def _repoint(sql: str, old: Path, new: Path) -> str:
    """Replace the home at the beginning of each path, which is where a literal begins."""
    return sql.replace(quote_text(f"{old}/")[:-1], quote_text(f"{new}/")[:-1])


def _unreadable(error: duckdb.Error) -> SmallcapError:
    return SmallcapError(
        f"a view of the moved home cannot be read: {error}; run 'smallcap run' to publish again"
    )
