"""Helpers shared by all calculations: select a table's columns in order, and remove NaN."""

from __future__ import annotations

import dataframely as dy
import polars as pl
import polars.selectors as cs

from smallcap.tables.registry import TABLES


def as_table(frame: pl.DataFrame, table_name: str) -> pl.DataFrame:
    """Select a table's columns, in its order and with its types; other columns are dropped.

    Parameters
    ----------
    frame
        A frame that has at least the columns of the table.
    table_name
        Layer and table, for example ``core.annual_metrics``.

    Returns
    -------
    pl.DataFrame
        The columns of the table.
    """
    return in_columns_of(frame, TABLES[table_name].schema)


def in_columns_of(frame: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """Select a schema's columns, in its order and with its types; other columns are dropped."""
    return frame.select(pl.col(name).cast(column.dtype) for name, column in schema.columns().items())


def without_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn NaN and infinities of every float column into null."""
    numbers = cs.float()
    return frame.with_columns(pl.when(numbers.is_finite()).then(numbers))
