"""What of a table can be compared: the columns that both sides have, their types, and the key of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smallcap.tables import META_TABLES, TABLES
from smallcap.warehouse.diff.sides import Side
from smallcap.warehouse.sqltext import quote_name

FLOATS = frozenset({"FLOAT", "DOUBLE"})
INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)
NUMBERS = FLOATS | INTEGERS


@dataclass(frozen=True)
class Shape:
    """A table as it is compared.

    Attributes
    ----------
    name
        Layer and table.
    key
        The columns by which rows are matched.
    values
        The other columns that are compared.
    floats
        Those of them that hold floats.
    is_by_year
        Whether the rows can be taken year by year.
    columns_only_a, columns_only_b, types
        As in `result.TableDiff`.
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    floats: frozenset[str]
    is_by_year: bool
    columns_only_a: tuple[str, ...]
    columns_only_b: tuple[str, ...]
    types: Mapping[str, tuple[str, str]]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is compared."""
        return self.key + self.values

    def selected(self, side: str) -> str:
        """Write a side's columns for a SELECT, named by `of`; types that cannot be compared become text."""
        return ", ".join(f"{self._value(column)} AS {of(side, column)}" for column in self.columns)

    def _value(self, column: str) -> str:
        is_text = column in self.types and not NUMBERS.issuperset(self.types[column])
        return f"CAST({quote_name(column)} AS VARCHAR)" if is_text else quote_name(column)


def of(side: str, column: str) -> str:
    """Name a side's values of a column where one row has both. No column of a table begins with #."""
    return quote_name(f"#{side} {column}")


def shape_of(name: str, a: Side, b: Side) -> Shape:
    """Decide what of a table is compared.

    The key is the registry's; of a table of another release, or where one side has none of it, every column
    that holds no floats. Columns that say when something was fetched are left out.
    """
    here, there = a.columns[name], b.columns[name]
    table = TABLES.get(name) or META_TABLES.get(name)
    common = [column for column in here if column in there and not (table and column in table.fetch_columns)]
    both = {column: {here[column], there[column]} for column in common}
    floats = [column for column in common if both[column] & FLOATS and both[column] <= NUMBERS]
    key = [column for column in (table.key if table else ()) if column in common]
    key = key or [column for column in common if column not in floats] or common
    return Shape(
        name=name,
        key=tuple(key),
        values=tuple(column for column in common if column not in key),
        floats=frozenset(floats),
        is_by_year="year" in common and both["year"] <= INTEGERS,
        columns_only_a=tuple(column for column in here if column not in there),
        columns_only_b=tuple(column for column in there if column not in here),
        types={column: (here[column], there[column]) for column in common if here[column] != there[column]},
    )
