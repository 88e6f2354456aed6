"""The columns that a function needs of a user's frame: which are missing, their units and definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from smallcap.api.frames import Given
from smallcap.errors import InputError
from smallcap.tables import TABLES

Kind = Literal["number", "date", "text", "id"]
WORDS = {"number": "numbers", "date": "dates", "text": "text", "id": "whole numbers or text"}
REMEDIES: Mapping[Kind, str] = {
    "number": "convert it, with pandas.to_numeric or a cast",
    "date": "convert it, with pandas.to_datetime, dt.to_timestamp() of periods, or Polars' str.to_date()",
    "text": "convert it, with a cast to text that keeps leading zeros",
    "id": "convert it, with astype('Int64') of pandas or a cast",
}
"""What a user does about a column of another type."""
DICTIONARY = "docs/data-dictionary.md"


@dataclass(frozen=True)
class Needed:
    """A column that a function needs.

    Attributes
    ----------
    name
        Its name, in the user's frame and in the table that defines it.
    table
        The table that defines it.
    kind
        What its values are.
    is_complete
        Whether every row must have a value.
    """

    name: str
    table: str
    kind: Kind = "number"
    is_complete: bool = False

    def __str__(self) -> str:
        """Describe the column: its name, unit and meaning."""
        column = TABLES[self.table].declared[self.name]
        unit = (column.metadata or {}).get("unit") or WORDS[self.kind]
        return f"{self.name} ({unit}): {column.description}"


def numbers(table: str, *names: str) -> tuple[Needed, ...]:
    """Name columns of numbers that may be null."""
    return tuple(Needed(name, table) for name in names)


def required(given: Given, needed: Sequence[Needed]) -> pl.DataFrame:
    """Return the columns that a function needs, of their types; NaN and infinities are null.

    Parameters
    ----------
    given
        The user's frame.
    needed
        The columns.

    Raises
    ------
    InputError
        When columns are missing, of another type, or null where a value is needed. The message names each
        with its unit and meaning, and where it is defined.
    """
    lacking = [column for column in needed if column.name not in given.columns]
    if lacking:
        listed = "".join(f"\n  {column}" for column in lacking)
        labels = "\nthe frame's index is not read: make it a column with reset_index()"
        raise InputError(
            f"{given.what}: {_counted(len(lacking))} missing:{listed}\n{_defined(lacking)}; the frame has: "
            f"{', '.join(map(str, given.columns)) or 'no columns'}{labels if given.has_labels else ''}"
        )
    frame = pl.DataFrame([_typed(given, column) for column in needed])
    for column in needed:
        if column.is_complete and (empty := frame[column.name].null_count()):
            raise InputError(f"{given.what}: {empty} rows have no {column}. Leave them out, or fill it in")
    return frame


def require_unique(given: Given, frame: pl.DataFrame, key: Sequence[str]) -> None:
    """Refuse a frame in which a key occurs twice.

    Raises
    ------
    InputError
        When it does; the message shows the first.
    """
    twice = frame.filter(frame.select(key).is_duplicated())
    if twice.height:
        first = ", ".join(f"{name} {value}" for name, value in twice.select(key).row(0, named=True).items())
        raise InputError(f"{given.what}: {twice.height} rows share their {' and '.join(key)}, first {first}")


def _typed(given: Given, column: Needed) -> pl.Series:
    """Return a column as its type; a column without a value is null, whatever its type."""
    values = given.column(column.name)
    kind = values.dtype
    if values.null_count() == len(values):
        empty = {"number": pl.Float64, "date": pl.Date}.get(column.kind, pl.String)
        return pl.Series(column.name, [None] * len(values), dtype=empty)
    if column.kind == "number" and kind.is_numeric():
        number = values.cast(pl.Float64)
        return number.set(~number.is_finite().fill_null(value=True), None)
    if column.kind == "date" and kind == pl.Datetime:
        # The day that the column shows: a cast alone would take that of UTC.
        return values.dt.replace_time_zone(None).cast(pl.Date)
    if column.kind == "date" and kind == pl.Date:
        return values
    if column.kind in ("text", "id") and kind in (pl.String, pl.Categorical, pl.Enum):
        return values.cast(pl.String)
    if column.kind == "id" and kind.is_integer():
        return values
    raise InputError(
        f"{given.what}: {column.name} must be {WORDS[column.kind]}, it is {kind}: {REMEDIES[column.kind]}; "
        f"it is defined as {column}"
    )


def _counted(count: int) -> str:
    return "a column is" if count == 1 else f"{count} columns are"


def _defined(columns: Sequence[Needed]) -> str:
    tables = sorted({column.table for column in columns})
    return f"they are defined in {DICTIONARY} under {', '.join(tables)}"
