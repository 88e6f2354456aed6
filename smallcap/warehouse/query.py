"""Reading the published warehouse with SQL: safely, and as a table, CSV, JSON or Parquet.

Neither Dagster nor Polars is imported here, so that a query on the command line answers at once.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TextIO

import duckdb

from smallcap.errors import InputError, SmallcapError
from smallcap.warehouse.reading import connect, published_files, served_path
from smallcap.warehouse.safety import check_statement
from smallcap.warehouse.sqltext import quote_list

Output = Literal["table", "csv", "json", "parquet"]

_BATCH_ROWS = 10_000


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
                return _write_parquet(connection.sql(statement), target, overwrite)
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
        return QueryResult(columns, (), _write_csv(connection, columns, stream))
    return QueryResult(columns, (), _write_json(connection, _unique(columns), stream))


def _write_csv(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], stream: TextIO) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for rows in _batches(connection):
        writer.writerows([_csv_value(value) for value in row] for row in rows)
        count += len(rows)
    return count


def _write_json(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], stream: TextIO) -> int:
    stream.write("[")
    count = 0
    for rows in _batches(connection):
        for row in rows:
            values = {name: _json_value(value) for name, value in zip(columns, row, strict=True)}
            stream.write(",\n" if count else "\n")
            stream.write(json.dumps(values, ensure_ascii=False, allow_nan=False))
            count += 1
    stream.write("\n]\n" if count else "]\n")
    return count


def _write_parquet(relation: duckdb.DuckDBPyRelation, target: Path | None, overwrite: bool) -> QueryResult:
    """Write the result ourselves: the locked connection can write nothing."""
    import pyarrow.parquet as pq  # imported here: the other outputs do not need it

    target = _writable(target, overwrite)
    columns = _unique(tuple(relation.columns))
    reader = relation.to_arrow_reader(_BATCH_ROWS)
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    count = 0
    try:
        with pq.ParquetWriter(new, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
                count += batch.num_rows
        os.replace(new, target)
    finally:
        new.unlink(missing_ok=True)
    return QueryResult(columns, (), count)


def _writable(target: Path | None, overwrite: bool) -> Path:
    if target is None:
        raise InputError("parquet needs a file to write; name one (--output FILE.parquet)")
    if target.exists() and not overwrite:
        raise InputError(f"{target} exists; name another file, or ask for it to be overwritten (--overwrite)")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"the folder {target.parent} does not exist or cannot be written to; name another file")
    return target


def _batches(connection: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while rows := connection.fetchmany(_BATCH_ROWS):
        yield rows


def _unique(columns: tuple[str, ...]) -> tuple[str, ...]:
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        raise InputError(f"several columns are named {', '.join(repeated)}; give each a name of its own with AS")
    return columns


def _csv_value(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(_json_value(value), ensure_ascii=False)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.hex()
    return value


def _json_value(value: object) -> object:
    """Bring a value to what JSON has; a number that JSON cannot hold is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
