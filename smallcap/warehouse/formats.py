"""How rows are written to a stream: as CSV, JSON, lines of JSON, Markdown or Parquet.

Polars is not imported here, and PyArrow only where Parquet is written: the other formats need the standard
library alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, Final, Protocol

import duckdb

from smallcap.errors import InputError
from smallcap.formulas import as_text
from smallcap.warehouse.limits import QueryLimits

_BATCH_ROWS = 10_000
_SPECIAL = re.compile(r"([\\|*`~\[\]<>])|(?<![A-Za-z0-9])(_)|(_)(?![A-Za-z0-9])")
"""What Markdown would not show as it is; an underscore within a word is no markup."""
_ERRORS = {
    "INTERRUPT Error": duckdb.InterruptException,
    "Out of Memory Error": duckdb.OutOfMemoryException,
    "IO Error": duckdb.IOException,
    "Permission Error": duckdb.PermissionException,
}


class Rows(Protocol):
    """Rows that are taken some at a time, as from an open query."""

    def fetchmany(self, size: int, /) -> list[tuple[Any, ...]]:
        """Take the next rows; none when all were taken."""


class ListedRows:
    """Rows that are known already.

    Parameters
    ----------
    rows
        The rows.
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = iter(rows)

    def fetchmany(self, size: int, /) -> list[tuple[Any, ...]]:
        """Take the next rows; none when all were taken."""
        return list(itertools.islice(self._rows, size))


class _Lines:
    """Ends lines with a line feed alone.

    The writer quotes a field with one of the characters that end its own lines, and a lone carriage return
    would begin a new row in a spreadsheet.
    """

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        """Write a line that the writer has finished."""
        self._stream.write(line.removesuffix("\r\n") + "\n")


def write_csv(
    pending: Rows, columns: tuple[str, ...], stream: IO[Any], limits: QueryLimits | None = None
) -> int:
    """Write the pending rows with a header line, and return their number.

    Null is an empty field; text never starts a formula in a spreadsheet (JSON and Parquet keep it as it is).
    """
    writer = csv.writer(_Lines(stream), lineterminator="\r\n")
    writer.writerow(map(as_text, columns))
    count = 0
    for rows in _batches(pending):
        count = _counted(count + len(rows), limits)
        writer.writerows([_csv_value(value) for value in row] for row in rows)
    return count


def write_json(
    pending: Rows, columns: tuple[str, ...], stream: IO[Any], limits: QueryLimits | None = None
) -> int:
    """Write the pending rows as an array of objects, one a line. Returns the number of rows."""
    _require_unique(columns)
    stream.write("[")
    count = 0
    for count, line in enumerate(_objects(pending, columns, limits), start=1):
        stream.write((",\n" if count > 1 else "\n") + line)
    stream.write("\n]\n" if count else "]\n")
    return count


def write_jsonl(
    pending: Rows, columns: tuple[str, ...], stream: IO[Any], limits: QueryLimits | None = None
) -> int:
    """Write each pending row as a JSON object on a line of its own. Returns the number of rows."""
    _require_unique(columns)
    count = 0
    for count, line in enumerate(_objects(pending, columns, limits), start=1):  # noqa: B007
        stream.write(f"{line}\n")
    return count


def write_markdown(
    pending: Rows, columns: tuple[str, ...], stream: IO[Any], limits: QueryLimits | None = None
) -> int:
    """Write the pending rows as a table of Markdown. Returns the number of rows.

    Every value is complete; null is an empty cell, and text is shown as it is.
    """
    stream.write(_markdown_line(columns))
    stream.write(_ruler(len(columns)))
    count = 0
    for rows in _batches(pending):
        count = _counted(count + len(rows), limits)
        for row in rows:
            stream.write(_markdown_line(row))
    return count


def write_parquet(relation: duckdb.DuckDBPyRelation, stream: IO[Any], limits: QueryLimits | None) -> int:
    """Write the rows of a relation as Parquet, because the locked connection cannot; return their number."""
    import pyarrow.parquet as pq  # imported here: the other outputs do not need it

    _require_unique(tuple(relation.columns))
    _require_stored_in_parquet(relation)
    reader = relation.to_arrow_reader(_BATCH_ROWS)
    count = 0
    with pq.ParquetWriter(stream, reader.schema) as writer:
        for batch in _arrow_batches(reader):
            count = _counted(count + batch.num_rows, limits)
            writer.write_batch(batch)
    return count


TEXT_WRITERS: Final[Mapping[str, Callable[..., int]]] = {
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_jsonl,
    "markdown": write_markdown,
}


def _counted(count: int, limits: QueryLimits | None) -> int:
    if limits is not None and count > limits.max_rows:
        raise limits.too_many_rows()
    return count


def _batches(pending: Rows) -> Iterator[list[tuple[Any, ...]]]:
    while rows := pending.fetchmany(_BATCH_ROWS):
        yield rows


def _arrow_batches(reader: Any) -> Iterator[Any]:
    """Take batch after batch.

    An error comes through Arrow with DuckDB's words and without its class, which it gets back.
    """
    import pyarrow as pa

    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:
            kind = next(
                (kind for words, kind in _ERRORS.items() if str(error).startswith(words)), duckdb.Error
            )
            raise kind(str(error)) from None
        yield batch


def _objects(pending: Rows, columns: tuple[str, ...], limits: QueryLimits | None) -> Iterator[str]:
    count = 0
    for rows in _batches(pending):
        count = _counted(count + len(rows), limits)
        for row in rows:
            values = {name: _json_value(value) for name, value in zip(columns, row, strict=True)}
            yield json.dumps(values, ensure_ascii=False, allow_nan=False)


def _ruler(count: int) -> str:
    return f"|{'---|' * count}\n"


def _markdown_line(values: Iterable[object]) -> str:
    return f"| {' | '.join(_markdown_cell(value) for value in values)} |\n"


def _markdown_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple, dict)):
        value = json.dumps(_json_value(value), ensure_ascii=False)
    text = _SPECIAL.sub(r"\\\g<0>", value if isinstance(value, str) else str(_csv_value(value)))
    return "<br>".join(text.splitlines())


def _require_unique(columns: tuple[str, ...]) -> None:
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        raise InputError(
            f"several columns are named {', '.join(repeated)}; give each a name of its own with AS"
        )


def _require_stored_in_parquet(relation: duckdb.DuckDBPyRelation) -> None:
    """Refuse an interval, which Arrow does not write as Parquet, also within a list or a structure."""
    types = zip(relation.columns, relation.types, strict=True)
    refused = [name for name, kind in types if re.search(r"\bINTERVAL\b", str(kind))]
    if refused:
        raise InputError(
            f"Parquet has no intervals, as {', '.join(refused)} has: cast it, CAST({refused[0]} AS VARCHAR)"
        )


def _csv_value(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return as_text(value)
    if isinstance(value, (list, tuple, dict)):
        return as_text(json.dumps(_json_value(value), ensure_ascii=False))
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
