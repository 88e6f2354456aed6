"""Comparing one table that both sides have."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from smallcap.warehouse.diff.pairs import (
    ADDED,
    REMOVED,
    added_flags,
    changes,
    conditions,
    counts,
    keys,
    pair,
)
from smallcap.warehouse.diff.result import TableDiff
from smallcap.warehouse.diff.shape import shape_of
from smallcap.warehouse.diff.sides import Side
from smallcap.warehouse.diff.unequal import collect_unequal, count


def compare_table(
    connection: duckdb.DuckDBPyConnection, name: str, a: Side, b: Side, examples: int, tolerance: float
) -> TableDiff:
    """Compare the rows of a table in the columns that both sides have.

    Only rows that are not on both sides as they are get joined, so that neither the order of rows nor a key
    that occurs several times makes a difference by itself.

    Parameters
    ----------
    connection
        Where both sides are attached.
    name
        Layer and table.
    a, b
        The sides.
    examples
        How many of each changed column, of added rows and of removed rows.
    tolerance
        Relative, of floats.
    """
    shape = shape_of(name, a, b)
    equal = TableDiff(
        name=name,
        key=shape.key,
        rows_a=count(connection, a.relation(name)),
        rows_b=count(connection, b.relation(name)),
        columns_only_a=shape.columns_only_a,
        columns_only_b=shape.columns_only_b,
        types=shape.types,
    )
    if not shape.columns:
        return replace(equal, added=equal.rows_b, removed=equal.rows_a)
    if not collect_unequal(connection, shape, a, b):
        return equal
    repeated = pair(connection, shape)
    differs = conditions(shape, tolerance)
    added, removed, changed, within_tolerance, *per_column = counts(connection, differs)
    changed_columns = {column: count for column, count in zip(differs, per_column, strict=True) if count}
    return replace(
        equal,
        added=added,
        removed=removed,
        changed=changed,
        within_tolerance=within_tolerance,
        repeated_keys=repeated,
        changed_columns=changed_columns,
        examples={
            column: changes(connection, shape, column, differs[column], examples)
            for column in changed_columns
        },
        added_flags=added_flags(connection, shape) if added else {},
        added_keys=keys(connection, shape, ADDED, examples),
        removed_keys=keys(connection, shape, REMOVED, examples),
    )
