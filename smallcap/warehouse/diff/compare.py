"""The complete comparison: which tables are compared, and all of them in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from smallcap.errors import InputError, SmallcapError
from smallcap.tables import META_TABLES, TABLES
from smallcap.warehouse.diff.result import Diff, TableDiff
from smallcap.warehouse.diff.sides import open_sides
from smallcap.warehouse.diff.table import compare_table
from smallcap.warehouse.diff.unequal import count

META = "meta."
Progress = Callable[[str], None]
"""Called with the name of each table before it is compared."""


@dataclass(frozen=True)
class Choice:
    """What is compared, and how.

    Attributes
    ----------
    tables
        Names or patterns (``marts.*``) of the tables to compare; empty for all.
    without
        Names or patterns of tables to leave out.
    has_meta
        Whether the meta tables are compared too; they hold run ids and times. Naming one in `tables` also
        chooses it.
    examples
        How many examples of each changed column, of added rows and of removed rows.
    tolerance
        Relative: floats are equal when they differ by no more than this part of the larger one. 0 compares
        exactly.
    """

    tables: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    has_meta: bool = False
    examples: int = 3
    tolerance: float = 0.0


def compare(a: Path, b: Path, choice: Choice | None = None, on_table: Progress | None = None) -> Diff:
    """Compare two published warehouses.

    Parameters
    ----------
    a, b
        Each a home, or a file that `export` wrote.
    choice
        What is compared, and how; all published tables exactly, if left out.
    on_table
        Called with each table before it is compared.

    Raises
    ------
    InputError
        When a side is neither a home nor an exported file, the tolerance is not from 0 to below 1, or a
        pattern chooses no table.
    NothingPublishedError
        When nothing was published in a home yet.
    SmallcapError
        When a table cannot be read.
    """
    choice = choice or Choice()
    # Written so that a tolerance that is not a number is refused too.
    if not 0 <= choice.tolerance < 1:
        raise InputError(
            f"the tolerance {choice.tolerance} is not a number from 0 to below 1; 1e-9 asks for "
            f"nine equal digits"
        )
    with open_sides(a, b) as (connection, side_a, side_b):
        tables: list[TableDiff] = []
        only_a: dict[str, int] = {}
        only_b: dict[str, int] = {}
        for name in _chosen({*side_a.columns, *side_b.columns}, choice):
            if on_table:
                on_table(name)
            try:
                if name not in side_b.columns:
                    only_a[name] = count(connection, side_a.relation(name))
                elif name not in side_a.columns:
                    only_b[name] = count(connection, side_b.relation(name))
                else:
                    tables.append(
                        compare_table(connection, name, side_a, side_b, choice.examples, choice.tolerance)
                    )
            except duckdb.Error as error:
                raise SmallcapError(f"{name} cannot be compared: {error}") from error
        return Diff(side_a.source, side_b.source, tuple(tables), only_a, only_b)


def _chosen(names: Iterable[str], choice: Choice) -> list[str]:
    """Choose tables, in the order of the registry: the first that differs is nearest to the cause."""
    places = {name: place for place, name in enumerate((*TABLES, *META_TABLES))}
    ordered = sorted(names, key=lambda name: (places.get(name, len(places)), name))
    for pattern in (*choice.tables, *choice.without):
        if not _matches(ordered, pattern):
            raise InputError(f"no table of either side is named '{pattern}'; there are: {', '.join(ordered)}")
    chosen = {name for pattern in choice.tables or ("*",) for name in _matches(ordered, pattern)}
    left_out = {name for pattern in choice.without for name in _matches(ordered, pattern)}
    has_meta = choice.has_meta or any(pattern.startswith(META) for pattern in choice.tables)
    found = [
        name for name in ordered if name in chosen - left_out and (has_meta or not name.startswith(META))
    ]
    if not found:
        raise InputError("these options leave no table to compare")
    return found


def _matches(names: Iterable[str], pattern: str) -> list[str]:
    return [name for name in names if fnmatchcase(name, pattern)]
