"""The rows of a table that only one side has: equal rows of both sides cancel out, in any order."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from smallcap.warehouse.diff.shape import Shape, of
from smallcap.warehouse.diff.sides import Side
from smallcap.warehouse.sqltext import quote_name, quote_names

ROWS_AT_ONCE = 500_000
"""Rows compared at once, or those of one year, so that memory does not grow with the number of years."""

COUNT = '"#count"'
"""How many more of a row A has than B. No column of a table begins with #."""


def collect_unequal(connection: duckdb.DuckDBPyConnection, shape: Shape, a: Side, b: Side) -> int:
    """Put the rows that do not cancel out into the table ``unequal``, one for all equal ones; count them.

    Null equals null and NaN equals NaN.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE unequal AS {_surplus(shape, a, b, 'false')}")
    for years in _slices(connection, shape, a, b):
        connection.execute(f"INSERT INTO unequal {_surplus(shape, a, b, years)}")
    return count(connection, "unequal")


def _surplus(shape: Shape, a: Side, b: Side, years: str) -> str:
    """Write the SELECT of the rows that meet `years` and that one side has more often than the other.

    Rows at equal places are compared first: two warehouses mostly hold the same rows in the same order, and
    reading them side by side costs a fraction of grouping them. What that leaves is grouped by all columns.
    """
    sides = [
        f"(SELECT {shape.selected(name)}, true AS {quote_name(f'#{name}')}"
        f" FROM {side.relation(shape.name)} WHERE {years})"
        for name, side in (("a", a), ("b", b))
    ]
    differs = " OR ".join(f"{of('a', column)} IS DISTINCT FROM {of('b', column)}" for column in shape.columns)
    apart = f'SELECT * FROM {" POSITIONAL JOIN ".join(sides)} WHERE "#a" IS NULL OR "#b" IS NULL OR {differs}'
    rows = [
        f"SELECT {', '.join(f'{of(name, column)} AS {quote_name(column)}' for column in shape.columns)},"
        f" {sign} AS {COUNT}"
        f" FROM apart WHERE {quote_name(f'#{name}')}"
        for name, sign in (("a", 1), ("b", -1))
    ]
    columns = quote_names(shape.columns)
    return (
        f"WITH apart AS MATERIALIZED ({apart}) SELECT {columns}, sum(r.{COUNT})::BIGINT AS {COUNT}"
        f" FROM ({' UNION ALL '.join(rows)}) AS r GROUP BY {columns} HAVING sum(r.{COUNT}) <> 0"
    )


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Count the rows of what may follow FROM."""
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    return int(rows)


def _slices(connection: duckdb.DuckDBPyConnection, shape: Shape, a: Side, b: Side) -> Iterator[str]:
    """Divide the rows into conditions on the year."""
    if not shape.is_by_year:
        yield "true"
        return
    sizes = connection.execute(
        f"SELECT year, count(*) FROM (SELECT year FROM {a.relation(shape.name)}"
        f" UNION ALL SELECT year FROM {b.relation(shape.name)})"
        " GROUP BY year ORDER BY year NULLS FIRST"
    ).fetchall()
    years: list[str] = []
    rows = 0
    for year, size in sizes:
        if years and rows + size > ROWS_AT_ONCE:
            yield f"({' OR '.join(years)})"
            years, rows = [], 0
        years.append("year IS NULL" if year is None else f"year = {year}")
        rows += size
    if years:
        yield f"({' OR '.join(years)})"
