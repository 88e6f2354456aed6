"""The SQL of the catalogue: one typed, commented view per table over exactly the given Parquet files.

Nothing is executed here except reading the files' own schemas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from smallcap.errors import SmallcapError
from smallcap.tables import Table
from smallcap.warehouse.sqltext import quote_list, quote_name, quote_table, quote_text

_TYPES: Mapping[pl.DataType, str] = {
    pl.Int32(): "INTEGER",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.String(): "VARCHAR",
    pl.Boolean(): "BOOLEAN",
    pl.Date(): "DATE",
    pl.Datetime("us"): "TIMESTAMP",
}


@dataclass(frozen=True)
class FileColumns:
    """The columns that a table's files hold, and whether all of them hold the same ones."""

    names: frozenset[str]
    are_equal: bool


def duckdb_type(dtype: pl.DataType) -> str:
    """Name the DuckDB type of a column.

    Raises
    ------
    SmallcapError
        When a schema uses a type that the lake does not store.
    """
    found = _TYPES.get(dtype)
    if found is None:
        raise SmallcapError(
            f"columns of type {dtype} have no DuckDB type here; tables hold {', '.join(map(str, _TYPES))}"
        )
    return found


def read_file_columns(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> FileColumns:
    """Read the schemas of Parquet files from their footers."""
    if not files:
        return FileColumns(frozenset(), are_equal=True)
    rows = connection.execute(
        f"""
        SELECT list({{'name': name, 'type': type, 'logical': logical_type}}::VARCHAR), list(name)
        FROM parquet_schema({quote_list(files)})
        WHERE num_children IS NULL
        GROUP BY file_name
        """
    ).fetchall()
    shapes = {tuple(shape) for shape, _ in rows}
    return FileColumns(frozenset(name for _, names in rows for name in names), are_equal=len(shapes) == 1)


def select_statement(table: Table, files: Sequence[Path], home: Path, present: FileColumns) -> str:
    """Write the SELECT behind a table's view: every column of the schema, in order and typed.

    Parameters
    ----------
    table
        The table.
    files
        Its files; without any the statement returns no rows.
    home
        The home; folders below it named ``column=value`` give that column its value.
    present
        What the files hold. A column that none of them holds is a typed NULL.
    """
    folders = _folder_columns(table, files, home)
    known = present.names | folders
    columns = ", ".join(_column(name, dtype, name in known) for name, dtype in table.columns.items())
    if not files:
        return f"SELECT {columns} WHERE false"
    options = ", ".join(_reader_options(table, folders, present))
    return f"SELECT {columns} FROM read_parquet({quote_list(files)}, {options})"


def _reader_options(table: Table, folders: frozenset[str], present: FileColumns) -> Iterator[str]:
    """Name the options with which DuckDB reads the files: typed columns from folders, columns by name."""
    yield f"hive_partitioning = {str(bool(folders)).lower()}"
    if folders:
        types = ", ".join(
            f"{quote_text(name)}: {duckdb_type(table.columns[name])}" for name in sorted(folders)
        )
        yield f"hive_types = {{{types}}}"
        yield "hive_types_autocast = false"
    if not present.are_equal:
        # Matching by name over all files opens every footer at each query; files of one shape do not need it.
        yield "union_by_name = true"


def comment_statements(table: Table, kind: str) -> Iterator[str]:
    """Write the comments of a view or native table: what a row is, what each column means and its unit."""
    name = quote_table(table.name)
    yield f"COMMENT ON {kind} {name} IS {quote_text(table.description)}"
    for column, definition in table.declared.items():
        unit = (definition.metadata or {}).get("unit", "")
        if definition.description or unit:
            yield column_comment(table.name, column, table.meaning(column), unit)


def column_comment(table: str, column: str, meaning: str, unit: str) -> str:
    """Write the comment of a column: what it means, and its unit where it has one."""
    text = " ".join(part for part in (meaning, f"[{unit}]" if unit else "") if part)
    return f"COMMENT ON COLUMN {quote_table(table)}.{quote_name(column)} IS {quote_text(text)}"


def _column(name: str, dtype: pl.DataType, is_present: bool) -> str:
    source = quote_name(name) if is_present else "NULL"
    return f"CAST({source} AS {duckdb_type(dtype)}) AS {quote_name(name)}"


def _folder_columns(table: Table, files: Sequence[Path], home: Path) -> frozenset[str]:
    names = {
        part.split("=", maxsplit=1)[0]
        for file in files
        for part in file.relative_to(home).parts[:-1]
        if "=" in part
    }
    return frozenset(names & set(table.columns))
