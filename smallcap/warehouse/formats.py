"""How the rows of a query leave: as CSV or JSON on a stream, or as a Parquet file.

Polars is not imported here, and PyArrow only where Parquet is written: the other formats need the standard library alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import duckdb

from smallcap.errors import InputError

_BATCH_ROWS = 10_000


def write_csv(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], stream: TextIO) -> int:
    """Write the pending rows with a header line; null is an empty field. Returns the number of rows."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for rows in _batches(connection):
        writer.writerows([_csv_value(value) for value in row] for row in rows)
        count += len(rows)
    return count


def write_json(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], stream: TextIO) -> int:
    """Write the pending rows as an array of objects, one a line. Returns the number of rows."""
    _require_unique(columns)
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


def write_parquet(relation: duckdb.DuckDBPyRelation, target: Path | None, overwrite: bool) -> int:
    """Write the rows to a file, under another name until it is complete, because the locked connection writes nothing.

    Returns the number of rows.
    """
    import pyarrow.parquet as pq  # imported here: the other outputs do not need it

    target = _writable(target, overwrite)
    _require_unique(tuple(relation.columns))
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
    return count


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


def _require_unique(columns: tuple[str, ...]) -> None:
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        raise InputError(f"several columns are named {', '.join(repeated)}; give each a name of its own with AS")


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
