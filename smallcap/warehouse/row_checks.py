"""Rows that must not exist: checks in SQL (sql/checks), run with DuckDB over files of the lake.

The first line of a file `<layer>.<table>.<check>.sql` is a comment that says which rows must not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from smallcap.errors import SmallcapError
from smallcap.tables import TABLES
from smallcap.warehouse.sqltext import quote_list

EXAMPLES = 5
"""Of the rows that must not exist, so many are shown."""
_NUMBERS = count()
"""Of the databases that checks have had in this process."""


@dataclass(frozen=True)
class RowCheck:
    """A check in SQL: its table, its name, which rows must not exist, and the query that finds them."""

    table: str
    name: str
    question: str
    sql: str


def read_row_checks(folder: Path) -> list[RowCheck]:
    """Read the checks of a folder, sorted by file name.

    Raises
    ------
    SmallcapError
        When the folder holds none: without its checks, a run would publish what nobody looked at.
    """
    checks = []
    for path in sorted(folder.glob("*.sql")):
        layer, table, name = path.stem.split(".")
        text = path.read_text(encoding="utf-8")
        question = text.splitlines()[0].removeprefix("--").strip()
        checks.append(RowCheck(f"{layer}.{table}", name, question, text))
    if not checks:
        raise SmallcapError(f"{folder} has no checks; the installation is incomplete: install smallcap again")
    return checks


def offending_rows(
    check: RowCheck, files_of: Callable[[str], list[Path]], years: Sequence[int]
) -> tuple[int, list[dict[str, object]]]:
    """Count the rows that must not exist, and give the first few.

    Parameters
    ----------
    check
        The check; its query may read its own table, of which only `years` are shown, and any other table of
        the lake.
    files_of
        Returns the Parquet files of a table.
    years
        Years of the check's own table that are read; none for a table without partitions: all of it.
    """
    condition = f" WHERE year IN ({', '.join(str(year) for year in years)})" if years else ""
    with _own_database() as connection:
        for name in TABLES:
            if name in check.sql:
                _show(connection, name, files_of(name), condition if name == check.table else "")
        sql = check.sql.strip().rstrip(";")
        rows = connection.execute(f"SELECT count(*) OVER (), * FROM ({sql}) LIMIT {EXAMPLES}")
        names = [column[0] for column in rows.description or []]
        found = rows.fetchall()
    offending = int(found[0][0]) if found else 0
    return offending, [dict(zip(names[1:], row[1:], strict=True)) for row in found]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@contextmanager
def _own_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database in memory of its own, in one engine: starting one costs more than most checks."""
    own = f"check_{next(_NUMBERS)}"
    with _engine().cursor() as connection:
        connection.execute(f"ATTACH ':memory:' AS {own}; USE {own}")
        try:
            yield connection
        finally:
            connection.execute(f"USE memory; DETACH {own}")


def _show(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path], condition: str) -> None:
    """Make a table of the lake readable under its name."""
    found = TABLES[name]
    schema = f"CREATE SCHEMA IF NOT EXISTS {found.layer}; CREATE"
    if files:
        rows = f"read_parquet({quote_list(files)}, union_by_name = true, hive_partitioning = true)"
        connection.execute(f"{schema} VIEW {name} AS SELECT * FROM {rows}{condition}")
    else:
        connection.register("empty_table", found.empty())
        connection.execute(f"{schema} TABLE {name} AS SELECT * FROM empty_table")
