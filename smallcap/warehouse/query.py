"""Reading the published warehouse with SQL, safely.

`safety` says what may be run, `limits` how much it may use, `apart` how it is ended, `formats` how rows
leave. Neither Dagster nor Polars is imported here, so that a query on the command line answers at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

import duckdb

from smallcap.errors import InputError
from smallcap.warehouse.apart import run_apart
from smallcap.warehouse.formats import TEXT_WRITERS, write_parquet
from smallcap.warehouse.limits import QueryLimits
from smallcap.warehouse.new_files import new_file
from smallcap.warehouse.reading import DATABASE, connect, published_files, require_readable, served_path
from smallcap.warehouse.safety import check_statement
from smallcap.warehouse.sqltext import quote_list, quote_text

Output = Literal["table", "csv", "json", "jsonl", "markdown", "parquet"]

LAYERS_IN_ORDER = ("marts", "core", "raw", "meta")
"""Where a name without its layer is looked up, first to last."""
SEARCHED = ("main", *LAYERS_IN_ORDER[1:])
"""The schemas behind these: main, which every session searches anyway, has a view of each of the marts."""


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
        Whether there are more rows than were requested.
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
    stream: IO[Any] | None = None,
    target: Path | None = None,
    max_rows: int | None = None,
    limits: QueryLimits | None = None,
    parameters: Mapping[str, object] | None = None,
) -> QueryResult:
    """Run one reading statement on the published warehouse.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue.
    sql
        One SELECT (also WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW), or EXPLAIN of one.
    output
        ``table`` returns rows; ``csv``, ``json`` (an array of objects), ``jsonl`` (an object a line),
        ``markdown`` and ``parquet`` write to `target` or to `stream`.
    stream
        Where the rows go: one of bytes for parquet, else a text stream.
    target
        The file, in place of `stream`; it must not exist nor be in the home, and is written only when the
        query succeeds.
    max_rows
        For ``table``: return at most so many rows.
    limits
        What the query may use. With limits it runs in a process of its own; without, in this one, for queries
        of the program itself.
    parameters
        A value for each ``$name`` of the statement; it is bound, and never becomes part of the text.

    Raises
    ------
    InputError
        When the statement does not only read, reads what is not published, is wrong (with DuckDB's words and
        position), or meets a limit.
    NothingPublishedError
        When nothing was published yet.
    DamagedCatalogueError
        When the catalogue cannot be read.
    SmallcapError
        When a published file cannot be read.
    """
    if output != "table" and target is not None:
        with new_file(target, "wb" if output == "parquet" else "w", warehouse_dir.parent) as file:
            return run_query(warehouse_dir, sql, output, stream=file, limits=limits, parameters=parameters)
    if output != "table" and stream is None:
        raise InputError(f"{output} needs a file to write; name one (--output FILE.{output})")
    if limits is None:
        return _answer(warehouse_dir, sql, parameters, output, max_rows, None, stream)
    limits.check_length(sql)
    work = partial(_answer, warehouse_dir, sql, parameters, output, max_rows, limits)
    return run_apart(work, stream, limits)


def _answer(
    warehouse_dir: Path,
    sql: str,
    parameters: Mapping[str, object] | None,
    output: Output,
    max_rows: int | None,
    limits: QueryLimits | None,
    stream: IO[Any] | None,
) -> QueryResult:
    with locked_connection(warehouse_dir, limits) as connection, _explained(warehouse_dir, limits):
        statement = check_statement(connection, sql)
        if output == "parquet" and stream is not None:
            relation = connection.sql(statement, params=dict(parameters) if parameters else None)
            return QueryResult(tuple(relation.columns), (), write_parquet(relation, stream, limits))
        connection.execute(statement, dict(parameters) if parameters else None)
        columns = tuple(column[0] for column in connection.description or ())
        if output == "table" or stream is None:
            return _fetch_table(connection, columns, max_rows, limits)
        return QueryResult(columns, (), TEXT_WRITERS[output](connection, columns, stream, limits))


@contextmanager
def _explained(warehouse_dir: Path, limits: QueryLimits | None) -> Iterator[None]:
    """Turn an error of DuckDB into ours: a limit that is met, a damaged catalogue, or a wrong query."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise (limits.out_of_time() if limits else InputError(str(error))) from None
    except duckdb.OutOfMemoryException as error:
        raise (limits.out_of_memory() if limits else InputError(str(error))) from None
    except (duckdb.PermissionException, duckdb.IOException) as error:
        require_readable(served_path(warehouse_dir))
        raise InputError(f"only published tables and their files can be read: {error}") from None
    except duckdb.Error as error:
        require_readable(served_path(warehouse_dir))
        raise InputError(str(error)) from None


def locked_connection(warehouse_dir: Path, limits: QueryLimits | None) -> duckdb.DuckDBPyConnection:
    """Open the served catalogue so that only its own files can be read and no setting can be changed.

    Names are found without their layer. The files that may be read, what a statement may be, and the settings
    stay as they are: a search path says where a name is looked up, not what may be done with it.
    """
    connection = connect(served_path(warehouse_dir))
    # The files first: a database that is no catalogue of ours is explained there.
    connection.execute(f"SET allowed_paths = {quote_list(published_files(connection))}")
    path = ",".join(f"{DATABASE}.{schema}" for schema in SEARCHED)
    connection.execute(f"SET search_path = {quote_text(path)}")
    for statement in limits.statements() if limits else ():
        connection.execute(statement)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _fetch_table(
    connection: duckdb.DuckDBPyConnection,
    columns: tuple[str, ...],
    max_rows: int | None,
    limits: QueryLimits | None,
) -> QueryResult:
    most = [count for count in (max_rows, limits.max_rows if limits else None) if count is not None]
    rows = connection.fetchmany(min(most) + 1) if most else connection.fetchall()
    kept = tuple(rows[: min(most)] if most else rows)
    is_truncated = len(rows) > len(kept)
    if limits and is_truncated and len(kept) != max_rows:
        raise limits.too_many_rows()
    return QueryResult(columns, kept, len(kept), is_truncated)
