"""The unequal rows of both sides joined by key: what was added, removed and changed, with examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from smallcap.warehouse.diff.result import Change, Key
from smallcap.warehouse.diff.shape import Shape, of
from smallcap.warehouse.diff.unequal import COUNT, count
from smallcap.warehouse.sqltext import quote_name, quote_names

NUMBER, KIND = '"#number"', '"#kind"'
FLAGS = ("is_resolution_corrected", "is_resolution_later")
"""A corrected company has another id, so that its rows are new ones; these flags say why."""
LABELS = ("ticker",)
CHANGED, ADDED, REMOVED = (f"{KIND} = '{kind}'" for kind in ("both", "added", "removed"))


def pair(connection: duckdb.DuckDBPyConnection, shape: Shape) -> int:
    """Join the rows of ``unequal`` into the table ``pairs``; return how many keys occur twice on one side.

    Rows that share a key are paired in the order of their values, so that none meets more than one other.
    """
    key = quote_names(shape.key)
    shared = (
        f"SELECT {key} FROM unequal GROUP BY {key} HAVING sum(greatest({COUNT}, 0)) > 1 OR "
        f"sum(least({COUNT}, 0)) < -1"
    )
    repeated = count(connection, f"({shared})")
    # Numbering sorts by all columns; where each key names one row there is nothing to number.
    number = (
        f"row_number() OVER (PARTITION BY {key} ORDER BY {quote_names(shape.columns)})" if repeated else "1"
    )
    every = f"SELECT *, unnest(range(abs({COUNT}))) FROM unequal"
    a, b = (f"(SELECT *, {number} AS {NUMBER} FROM ({every} WHERE {COUNT} {sign} 0))" for sign in "><")
    same = " AND ".join(
        f"a.{quote_name(column)} IS NOT DISTINCT FROM b.{quote_name(column)}" for column in shape.key
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE pairs AS SELECT {', '.join(_pair_columns(shape))}"
        f" FROM {a} AS a FULL JOIN {b} AS b ON {same} AND a.{NUMBER} = b.{NUMBER}"
    )
    return repeated


def _pair_columns(shape: Shape) -> Iterator[str]:
    """Write the columns of ``pairs``: the kind of pair, the key, and each value of both sides."""
    yield (
        f"CASE WHEN a.{NUMBER} IS NULL THEN 'added' WHEN b.{NUMBER} IS NULL THEN 'removed' ELSE "
        f"'both' END AS {KIND}"
    )
    for column in shape.key:
        yield f"coalesce(a.{quote_name(column)}, b.{quote_name(column)}) AS {quote_name(column)}"
    for column in shape.values:
        for side in ("a", "b"):
            yield f"{side}.{quote_name(column)} AS {of(side, column)}"


def conditions(shape: Shape, tolerance: float) -> dict[str, str]:
    """Write for each column the condition that it differs in a pair; null equals null, and NaN equals NaN."""
    return {column: _differs(column, tolerance if column in shape.floats else 0.0) for column in shape.values}


def counts(connection: duckdb.DuckDBPyConnection, differs: Mapping[str, str]) -> tuple[int, ...]:
    """Count pairs added, removed, changed and within the tolerance, then the changes of each column."""
    is_changed = " OR ".join(differs.values()) or "false"
    kinds = [ADDED, REMOVED, f"{CHANGED} AND ({is_changed})", f"{CHANGED} AND NOT ({is_changed})"]
    kinds += [f"{CHANGED} AND {condition}" for condition in differs.values()]
    (found,) = connection.execute(
        f"SELECT {', '.join(f'count(*) FILTER ({kind})' for kind in kinds)} FROM pairs"
    ).fetchall()
    return tuple(found)


def changes(
    connection: duckdb.DuckDBPyConnection, shape: Shape, column: str, differs: str, most: int
) -> tuple[Change, ...]:
    """Fetch the first changes of a column, by key."""
    rows = _first(
        connection, shape, f"{of('a', column)}, {of('b', column)}", f"{CHANGED} AND {differs}", most
    )
    return tuple(Change(dict(zip(shape.key, key, strict=True)), a, b) for *key, a, b in rows)


def keys(connection: duckdb.DuckDBPyConnection, shape: Shape, kind: str, most: int) -> tuple[Key, ...]:
    """Fetch the first keys of added or removed rows, with what names them to a reader."""
    labels = [column for column in LABELS if column in shape.values]
    shown = ", ".join(f"coalesce({of('a', column)}, {of('b', column)})" for column in labels) or "NULL"
    rows = _first(connection, shape, shown, kind, most)
    return tuple(dict(zip((*shape.key, *labels), row, strict=False)) for row in rows)


def added_flags(connection: duckdb.DuckDBPyConnection, shape: Shape) -> dict[str, int]:
    """Count the added rows by the flags that say why their company is another one."""
    flags = [column for column in FLAGS if column in shape.values]
    if not flags:
        return {}
    counted = ", ".join(f"count(*) FILTER ({of('b', column)} = true)" for column in flags)
    (found,) = connection.execute(f"SELECT {counted} FROM pairs WHERE {ADDED}").fetchall()
    return {flag: number for flag, number in zip(flags, found, strict=True) if number}


def _first(
    connection: duckdb.DuckDBPyConnection, shape: Shape, values: str, condition: str, most: int
) -> list[tuple[object, ...]]:
    return connection.execute(
        f"SELECT {quote_names(shape.key)}, {values} FROM pairs WHERE {condition} ORDER BY ALL LIMIT {most}"
    ).fetchall()


def _differs(column: str, tolerance: float) -> str:
    a, b = of("a", column), of("b", column)
    if not tolerance:
        return f"{a} IS DISTINCT FROM {b}"
    # Infinity is no distance within a tolerance, and DuckDB takes NaN for larger than any number.
    near = (
        f"isfinite({a}) AND isfinite({b}) AND abs({a} - {b}) <= {tolerance!r}::DOUBLE * "
        f"greatest(abs({a}), abs({b}))"
    )
    return f"({a} IS DISTINCT FROM {b} AND NOT coalesce({near}, false))"
