"""What a comparison of two warehouses found, as objects; nothing is read or computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Key = Mapping[str, Any]
"""The values of the key columns of one row, by column."""


@dataclass(frozen=True)
class Source:
    """One of the two warehouses.

    Attributes
    ----------
    path
        The home or file that was named.
    run_id, release, label
        As in its meta.catalogue.
    """

    path: Path
    run_id: str
    release: str
    label: str


@dataclass(frozen=True)
class Change:
    """One value that differs in a row that both sides have.

    Attributes
    ----------
    key
        The row.
    a, b
        The value on each side.
    """

    key: Key
    a: Any
    b: Any


@dataclass(frozen=True)
class TableDiff:
    """How a table that both sides have differs.

    Attributes
    ----------
    name
        Layer and table.
    key
        The columns by which rows were matched.
    rows_a, rows_b
        Rows on each side.
    columns_only_a, columns_only_b
        Columns that the other side does not have.
    types
        Columns of another type on each side, with both types.
    added, removed, changed
        Rows only in B, rows only in A, and rows of both with another value in some column.
    within_tolerance
        Rows whose values differ, none by more than the tolerance; they count as equal.
    repeated_keys
        Keys that several of the differing rows of one side share. Such rows are paired in the order of their
        values.
    changed_columns
        Changed rows by column; a row with several changes counts in each of them.
    examples
        A few changes of each changed column.
    added_keys, removed_keys
        A few keys of added and removed rows, with the ticker where the table has one.
    added_flags
        Added rows with a flag that says why the company is another one, by flag.
    """

    name: str
    key: tuple[str, ...]
    rows_a: int
    rows_b: int
    columns_only_a: tuple[str, ...]
    columns_only_b: tuple[str, ...]
    types: Mapping[str, tuple[str, str]]
    added: int = 0
    removed: int = 0
    changed: int = 0
    within_tolerance: int = 0
    repeated_keys: int = 0
    changed_columns: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    added_keys: tuple[Key, ...] = ()
    removed_keys: tuple[Key, ...] = ()
    added_flags: Mapping[str, int] = field(default_factory=dict)

    @property
    def has_equal_rows(self) -> bool:
        """Whether the rows are equal in the columns that both sides have."""
        return not (self.added or self.removed or self.changed)

    @property
    def has_equal_columns(self) -> bool:
        """Whether both sides have the same columns, of the same types."""
        return not (self.columns_only_a or self.columns_only_b or self.types)


@dataclass(frozen=True)
class Diff:
    """How two warehouses differ.

    Attributes
    ----------
    a, b
        The two.
    tables
        The tables that both have.
    only_a, only_b
        Tables that the other does not have, with their rows.
    """

    a: Source
    b: Source
    tables: tuple[TableDiff, ...]
    only_a: Mapping[str, int]
    only_b: Mapping[str, int]

    def different_tables(self, *, is_strict: bool = False) -> list[str]:
        """Name the tables that differ: in rows, by being on one side only and, if strict, in columns."""
        changed = [
            table.name
            for table in self.tables
            if not (table.has_equal_rows and (table.has_equal_columns or not is_strict))
        ]
        return [*changed, *self.only_a, *self.only_b]
