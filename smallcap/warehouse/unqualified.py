"""The names of the marts without their layer: views in schema main, where every client looks first.

A catalogue cannot say where names are looked up: the search path belongs to a session. So schema `main`,
which is on the path of every client, has a view of the same name over each table and view of the marts.
"""

from __future__ import annotations

import duckdb

from smallcap.warehouse.sqltext import quote_name, quote_text
from smallcap.warehouse.statements import rows_of

LAYER = "marts"
SCHEMA = "main"


def create_unqualified(connection: duckdb.DuckDBPyConnection) -> None:
    """Create a view in schema main over each view of the marts of the current database, with its comment."""
    for name, comment in rows_of(connection, "current_views", schema=LAYER):
        view = f"{SCHEMA}.{quote_name(name)}"
        connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {LAYER}.{quote_name(name)}")
        connection.execute(f"COMMENT ON VIEW {view} IS {quote_text(comment)}")
