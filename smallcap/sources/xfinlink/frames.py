"""Checks and types the vendor's tables.

Names and units stay the vendor's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from smallcap.sources.dates import local_dates
from smallcap.sources.fetching import RefusedError, TransientError
from smallcap.sources.fetching.http import shortened
from smallcap.sources.xfinlink.client import Received

Columns = Mapping[str, "Column"]
_SHOWN_COLUMNS: Final = 12
_NUMBERS: Final = "fiu"
"""Kinds of numpy's numeric types."""


@dataclass(frozen=True)
class Column:
    """A column that is read.

    Attributes
    ----------
    dtype
        Its type here.
    is_required
        Whether a response without the column is refused; otherwise the column is null.
    is_nullable
        Whether single values may be missing.
    allowed
        The allowed values; empty: any.
    """

    dtype: pl.DataType
    is_required: bool = True
    is_nullable: bool = True
    allowed: tuple[str, ...] = ()


def no_rows(columns: Columns) -> pl.DataFrame:
    """Return an empty table."""
    return pl.DataFrame(schema={name: column.dtype for name, column in columns.items()})


def typed(received: Received, columns: Columns) -> pl.DataFrame:
    """Return the wanted columns of a response, each strictly of its type, in a total order.

    Other columns are dropped.

    Raises
    ------
    RefusedError
        When a required column is missing, a value is of another type (a number as text), or a key is blank.
    TransientError
        When a row occurs twice: a page was repeated, and probably another one is missing.
    """
    if len(received.rows) == 0:
        return no_rows(columns)
    try:
        frame = _wanted(received.rows, columns)
    except RefusedError as error:
        raise RefusedError(f"{received.asked}: {error}") from None
    if frame.is_duplicated().any():
        raise TransientError(
            f"{received.asked}: {frame.height - frame.n_unique()} of {frame.height} rows of the "
            f"response occur twice"
        )
    return frame.sort(pl.all(), nulls_last=True)


def _wanted(rows: Any, columns: Columns) -> pl.DataFrame:
    missing = [name for name, column in columns.items() if column.is_required and name not in rows.columns]
    if missing:
        shown = ", ".join(str(name) for name in list(rows.columns)[:_SHOWN_COLUMNS])
        raise RefusedError(
            f"the response has no column {', '.join(missing)}; it has {shown}, …. The vendor's "
            f"format has changed"
        )
    frame = pl.DataFrame([_typed_column(rows, name, column) for name, column in columns.items()])
    for name, column in columns.items():
        _require_values(frame[name], column)
    return frame


def _require_values(values: pl.Series, column: Column) -> None:
    if not column.is_nullable and values.null_count():
        raise RefusedError(
            f"{values.null_count()} of {len(values)} rows of the response have no {values.name}"
        )
    if column.allowed:
        unknown = values.filter(~values.is_in(column.allowed))
        if len(unknown):
            raise RefusedError(
                f"column {values.name} of the response contains {shortened(repr(unknown[0]))}; "
                f"known values are {', '.join(column.allowed)}"
            )


def _typed_column(rows: Any, name: str, column: Column) -> pl.Series:
    if name not in rows.columns:
        return _blank(name, len(rows), column)
    given = _converted(rows[name], name)
    if given.null_count() == len(given):
        return _blank(name, len(given), column)
    if given.dtype == column.dtype:
        return given
    if not _fits(given.dtype, column.dtype):
        raise RefusedError(
            f"column {name} of the response is {given.dtype}, not {column.dtype}: it contains "
            f"{shortened(repr(given.drop_nulls()[0]))}"
        )
    if column.dtype == pl.Date:
        return _days(given)
    try:
        if column.dtype.is_integer() and not (given == given.round()).all():
            raise RefusedError(
                f"column {name} of the response is not {column.dtype} throughout: it contains fractions"
            )
        return given.cast(column.dtype)
    except pl.exceptions.PolarsError as error:
        raise RefusedError(
            f"column {name} of the response is not {column.dtype} throughout: {shortened(str(error))}"
        ) from None


def _days(given: pl.Series) -> pl.Series:
    days = local_dates(given)
    wrong = given.filter(given.is_not_null() & days.is_null())
    if len(wrong):
        raise RefusedError(
            f"column {given.name} of the response is not Date throughout: it contains "
            f"{shortened(repr(wrong[0]))}"
        )
    return days


def _blank(name: str, height: int, column: Column) -> pl.Series:
    return pl.Series(name, [None], dtype=column.dtype).new_from_index(0, height)


def _converted(values: Any, name: str) -> pl.Series:
    """Convert a column of the client's table: numbers directly from the array, other types through Arrow."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in _NUMBERS:
        return pl.Series(name, values.to_numpy(), nan_to_null=True)
    try:
        converted: pl.Series = pl.from_pandas(values, nan_to_null=True)  # type: ignore[assignment]
    except Exception as error:  # Arrow, pandas and Polars raise different errors for mixed types.
        raise RefusedError(
            f"column {name} of the response contains values of several types: {shortened(str(error))}"
        ) from None
    return converted.alias(name)


def _fits(given: pl.DataType, wanted: pl.DataType) -> bool:
    """Whether a type may be converted to another: integers to floats, timestamps or ISO text to dates."""
    if wanted.is_numeric():
        return given.is_numeric()
    if wanted == pl.Date:
        return given.is_temporal() or given == pl.String
    return given == wanted
