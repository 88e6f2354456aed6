"""Reading the published warehouse with SQL, safely; `safety` says what may be run, `formats` how rows leave.

Neither Dagster nor Polars is imported here, so that a query on the command line answers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

import duckdb

from smallcap.errors import InputError, SmallcapError
from smallcap.warehouse.formats import write_csv, write_json, write_parquet
from smallcap.warehouse.reading import connect, published_files, served_path
from smallcap.warehouse.safety import check_statement
from smallcap.warehouse.sqltext import quote_list

Output = Literal["table", "csv", "json", "parquet"]


@dataclass(frozen=True)
class QueryResult:
    """What a query returned.

    Attributes
    ----------
    columns
        Column names.
    rows
        The rows as Python values; empty unless the output is ``table``.
    row_count
        Rows returned or written.
    is_truncated
        Whether there are more rows than were asked for.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    row_count: int
    is_truncated: bool = False


def run_query(
    warehouse_dir: Path,
    sql: str,
    output: Output = "table",
    *,
    stream: TextIO | None = None,
    target: Path | None = None,
    max_rows: int | None = None,
    overwrite: bool = False,
) -> QueryResult:
    """Run one reading statement on the published warehouse.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue.
    sql
        One SELECT (also WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW), or EXPLAIN of one.
    output
        ``table`` returns rows; ``csv`` and ``json`` (an array of objects) write to `stream`; ``parquet`` writes the file `target`.
    stream
        Where csv and json go.
    target
        Where parquet goes.
    max_rows
        For ``table``: return at most so many rows.
    overwrite
        Whether `target` may replace a file.

    Raises
    ------
    InputError
        When the statement does not only read, reads what is not published, or is wrong (with DuckDB's words and position).
    NothingPublishedError
        When nothing was published yet.
    SmallcapError
        When a published file cannot be read.
    """
    with _locked_connection(warehouse_dir) as connection:
        statement = check_statement(connection, sql)
        try:
            if output == "parquet":
                return _write_file(connection.sql(statement), target, overwrite)
            connection.execute(statement)
            columns = tuple(column[0] for column in connection.description or ())
            if output == "table":
                return _fetch_table(connection, columns, max_rows)
            return _write_text(connection, columns, output, stream)
        except (duckdb.PermissionException, duckdb.IOException) as error:
            _require_published_files(connection, error)
            raise InputError(f"only published tables and their files can be read: {error}") from None
        except duckdb.Error as error:
            raise InputError(str(error)) from None


def _locked_connection(warehouse_dir: Path) -> duckdb.DuckDBPyConnection:
    """Open the served catalogue so that nothing but its own files can be reached, and no setting be changed."""
    connection = connect(served_path(warehouse_dir))
    connection.execute(f"SET allowed_paths = {quote_list(published_files(connection))}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _require_published_files(connection: duckdb.DuckDBPyConnection, error: duckdb.Error) -> None:
    """Tell a published file that is gone, for which DuckDB names a pattern it may not look up, from one that is not published."""
    missing = [file for file in published_files(connection) if not file.is_file()]
    if missing:
        raise SmallcapError(
            f"{len(missing)} published files are gone, the first is {missing[0]}; restore them, or run 'smallcap run' to publish anew"
        ) from error


def _fetch_table(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], max_rows: int | None) -> QueryResult:
    if max_rows is None:
        rows = connection.fetchall()
        return QueryResult(columns, tuple(rows), len(rows))
    rows = connection.fetchmany(max_rows + 1)
    kept = tuple(rows[:max_rows])
    return QueryResult(columns, kept, len(kept), is_truncated=len(rows) > max_rows)


def _write_text(
    connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], output: Literal["csv", "json"], stream: TextIO | None
) -> QueryResult:
    if stream is None:
        raise InputError(f"{output} needs a stream to write to")
    if output == "csv":
        return QueryResult(columns, (), write_csv(connection, columns, stream))
    return QueryResult(columns, (), write_json(connection, columns, stream))


def _write_file(relation: duckdb.DuckDBPyRelation, target: Path | None, overwrite: bool) -> QueryResult:
    return QueryResult(tuple(relation.columns), (), write_parquet(relation, target, overwrite))
