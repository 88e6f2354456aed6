"""What a table of the lake is: its name, its schema, its kind, and its rows of later knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import dataframely as dy
import polars as pl

Kind = Literal["snapshot", "flow", "reference"]
DATES = ("as_of", "available_date", "month", "date")
"""Columns with the date of a row, in the order in which they are looked for."""


@dataclass(frozen=True)
class LaterRows:
    """Rows of a table that hold more than was known on their date.

    Attributes
    ----------
    column
        The column that tells them from the others.
    values
        Its values in these rows.
    reason
        What they wait for.
    """

    column: str
    values: tuple[str | bool, ...]
    reason: str

    @property
    def written(self) -> str:
        """The values in words."""
        return " or ".join(map(str, self.values))


@dataclass(frozen=True)
class Table:
    """A table of the lake.

    Attributes
    ----------
    name
        Layer and table, as in DuckDB: ``marts.quality_scores``.
    schema
        The dataframely schema, the only definition of its columns.
    kind
        ``snapshot``: one cross-section per as_of, partitioned by its year. ``flow``: partitioned by the year
        in which a row happened or became known. ``reference``: not partitioned.
    fetch_columns
        Columns with fetch times, which therefore differ between homes.
    later
        The rows that hold more than was known on their date, None where all rows are of their date.
    added_later
        Why rows may be added to dates that are over, None where none are.
    """

    name: str
    schema: type[dy.Schema]
    kind: Kind
    fetch_columns: tuple[str, ...] = ()
    later: LaterRows | None = None
    added_later: str | None = None

    @property
    def layer(self) -> str:
        """The layer: schema in DuckDB, folder in the lake and prefix of the asset key."""
        return self.name.split(".")[0]

    @property
    def short_name(self) -> str:
        """The name without its layer."""
        return self.name.split(".")[1]

    @property
    def is_partitioned(self) -> bool:
        """Whether the table is partitioned by year."""
        return self.kind != "reference"

    @cached_property
    def declared(self) -> dict[str, dy.Column]:
        """The columns of the schema, by name.

        Collecting them takes long, and a publication asks for each a dozen times.
        """
        return self.schema.columns()

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in order."""
        return {name: column.dtype for name, column in self.declared.items()}

    @property
    def key(self) -> list[str]:
        """The key columns, in the order in which files are sorted."""
        keys = [name for name, column in self.declared.items() if column.primary_key]
        return sorted(keys, key=lambda column: (column not in ("as_of", "date", "month"), keys.index(column)))

    @property
    def description(self) -> str:
        """Description of a row of the table."""
        return " ".join((self.schema.__doc__ or "").split())

    @property
    def date_column(self) -> str | None:
        """The column with the date whose knowledge a row holds; None where the table has no date."""
        return next((name for name in DATES if name in self.columns), None)

    @property
    def later_columns(self) -> dict[str, str]:
        """Columns that may change by what became known after the date of the row, with the reason."""
        metadata = {name: column.metadata or {} for name, column in self.declared.items()}
        return {name: values["later"] for name, values in metadata.items() if "later" in values}

    def meaning(self, column: str) -> str:
        """Describe a column, and say where its value may change after the date of the row."""
        described = self.declared[column].description or ""
        later = self.later_columns.get(column)
        return f"{described}; may change after the date of the row: {later}" if later else described

    def empty(self) -> pl.DataFrame:
        """Make an empty frame with the table's columns and types."""
        return pl.DataFrame(schema=self.columns)
