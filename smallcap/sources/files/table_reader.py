"""Reads the canonical tables of the preset `files` from CSV or Parquet: types values, evaluates none."""

from __future__ import annotations

from collections import Counter

import polars as pl

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.csv_rows import csv_header, csv_rows, place_of
from smallcap.sources.dates import DATE_FORM, local_dates
from smallcap.sources.files.canonical_tables import CanonicalColumn, CanonicalTable, Kind
from smallcap.sources.parquet import MAGIC, ParquetReader
from smallcap.sources.problems import Problems
from smallcap.sources.text import LONGEST, cleaned, count_forbidden

MISSING_TEXT = ("", "-", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
MISSING_SYMBOL = ("", "-", "N/A", "NaN", "nan", "null", "None")
"""In tickers and ids, where NA is a company (Nano Labs)."""
_MISSING_GROUPED = "--"
_GROUPED = r"^([+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?)$"
_DTYPES: dict[Kind, type[pl.DataType]] = {
    "text": pl.String,
    "ticker": pl.String,
    "id": pl.String,
    "date": pl.Date,
    "number": pl.Float64,
}
_SHOWN_CHARACTERS = 80


def read_table(
    payload: bytes, file_name: str, table: CanonicalTable, limits: InputLimits | None = None
) -> pl.DataFrame:
    """Read a canonical table from CSV or Parquet.

    Parameters
    ----------
    payload
        The file.
    file_name
        For messages.
    table
        The table.
    limits
        The limit on the unpacked size of a Parquet file.

    Returns
    -------
    pl.DataFrame
        Every column of the table in its type, missing optional ones null; `row`: the row's number in the
        file, 1 for the first row after the header; `line`: the line on which it begins, null in Parquet.
        Extra columns of the file are ignored.

    Raises
    ------
    InputError
        When the file is unreadable, required columns are missing (the message names all of them), a row has
        more or fewer cells than the header, or numbers or dates cannot be read (the message names the first
        of every column).
    """
    what = f"{table.name} file {file_name}"
    is_parquet = payload[:4] == MAGIC or file_name.lower().endswith((".parquet", ".pq", ".parq"))
    if is_parquet:
        raw = _read_parquet(payload, what, table, (limits or InputLimits()).file_bytes)
        lines = pl.Series("line", [None] * raw.height, dtype=pl.Int64)
    else:
        raw, lines = _read_csv(payload, what, table)
    problems = Problems()
    typed = []
    for column in table.columns:
        with problems.caught():
            typed.append(_typed(raw, column, table, what, lines))
    problems.raise_any(what)
    return pl.DataFrame(typed).with_columns(row=pl.int_range(1, raw.height + 1, dtype=pl.Int64), line=lines)


def count_removed(payload: bytes, what: str, table: CanonicalTable | None, limits: InputLimits) -> int:
    """Count the characters that are removed from the text of a file; `table`: None for a fund's file."""
    if table is None or payload[:4] != MAGIC:
        return count_forbidden(pl.Series([payload.decode("utf-8-sig", errors="replace")]))
    raw = _read_parquet(payload, what, table, limits.file_bytes)
    return sum(count_forbidden(column) for column in raw if column.dtype == pl.String)


def _read_parquet(payload: bytes, what: str, table: CanonicalTable, most_bytes: int) -> pl.DataFrame:
    reader = ParquetReader(payload, what, most_bytes)
    names = _column_names(reader.names, what, table)
    known = {
        given: name for given, name in zip(reader.names, names, strict=True) if not name.startswith("column ")
    }
    return reader.read(list(known)).rename(known)


def _read_csv(payload: bytes, what: str, table: CanonicalTable) -> tuple[pl.DataFrame, pl.Series]:
    names = _column_names(csv_header(payload, what), what, table)
    frame, lines = csv_rows(payload, what)
    frame.columns = names
    return frame, lines


def _column_names(given: list[str], what: str, table: CanonicalTable) -> list[str]:
    """Return the table's columns under our spelling, and the others numbered.

    Raises for a column that occurs twice, or is required and missing.
    """
    known = {column.name for column in table.columns}
    spelled = [name.strip().lstrip("\ufeff").lower() for name in given]
    names = [name if name in known else f"column {number}" for number, name in enumerate(spelled, start=1)]
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise InputError(
            f"{what}: column {', '.join(repeated)} is in the header more than once. Remove the copies"
        )
    missing = [column.name for column in table.columns if column.is_required and column.name not in names]
    missing += [" or ".join(group) for group in table.one_of if not set(group) & set(names)]
    if missing:
        raise InputError(
            f"{what} is missing the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            "docs/files-preset.md lists the required columns"
        )
    return names


def _typed(
    raw: pl.DataFrame, column: CanonicalColumn, table: CanonicalTable, what: str, lines: pl.Series
) -> pl.Series:
    if column.name not in raw.columns:
        return pl.Series(column.name, [None] * raw.height, dtype=_DTYPES[column.kind])
    given = raw[column.name]
    if given.dtype == pl.String:
        given = _without_missing(given, column, table)
    typed = _CASTS[column.kind](given)
    wrong = given.is_not_null() & typed.is_null()
    if column.kind == "number":
        wrong = wrong | typed.is_infinite().fill_null(False)
        wrong = wrong & ~given.is_nan().fill_null(False) if given.dtype.is_float() else wrong
    _refuse(given, wrong, f"is not {_expected(column)}", column, what, lines)
    if column.kind == "number":
        _require_plausible(given, typed, column, table, what, lines)
    if column.is_key:
        blank = typed.is_null()
        _refuse(given, blank, "blank; every row needs a value in this column", column, what, lines)
    return typed.alias(column.name)


def _without_missing(given: pl.Series, column: CanonicalColumn, table: CanonicalTable) -> pl.Series:
    """Clean text, and set the spellings of a missing value to null."""
    is_symbol = column.kind in ("ticker", "id")
    if column.kind in ("date", "number"):
        trimmed = given.str.strip_chars()
    else:
        trimmed = cleaned(given, None if column.kind == "id" else LONGEST)
    if column.kind == "number" and table.is_grouped:
        is_grouped = trimmed.str.contains(_GROUPED).fill_null(False)
        trimmed = trimmed.zip_with(~is_grouped, trimmed.str.replace_all(",", ""))
    missing = [*(MISSING_SYMBOL if is_symbol else MISSING_TEXT), *([_MISSING_GROUPED] * table.is_grouped)]
    return trimmed.set(trimmed.is_in(missing), None)


def _require_plausible(
    given: pl.Series,
    typed: pl.Series,
    column: CanonicalColumn,
    table: CanonicalTable,
    what: str,
    lines: pl.Series,
) -> None:
    if column.whole is not None:
        least, most = column.whole
        outside = ~(typed.is_between(least, most) & (typed == typed.round(0)))
        _refuse(given, outside, f"is not a whole number from {least} to {most}", column, what, lines)
    if table.largest is not None:
        is_huge = typed.abs() > table.largest
        _refuse(given, is_huge, f"is implausible: larger than {table.largest:g}", column, what, lines)


def _refuse(
    given: pl.Series, wrong: pl.Series, problem: str, column: CanonicalColumn, what: str, lines: pl.Series
) -> None:
    """Raise for the first wrong cell of a column, with the number of the others."""
    rows = wrong.fill_null(False).arg_true()
    if rows.is_empty():
        return
    row = int(rows[0])
    shown = f"'{str(given[row])[:_SHOWN_CHARACTERS]}' " if given[row] is not None else ""
    more = f" (and {len(rows) - 1} more rows)" if len(rows) > 1 else ""
    raise InputError(
        f"{what}, {place_of(row + 1, lines[row])}, column '{column.name}': {shown}{problem}{more}"
    )


def _expected(column: CanonicalColumn) -> str:
    return {"number": "a number", "date": f"a date ({DATE_FORM})"}.get(column.kind, "text")


def _to_text(given: pl.Series) -> pl.Series:
    return given.cast(pl.String, strict=False)


def _to_id(given: pl.Series) -> pl.Series:
    """Return the same id for 7, '7', '0007' and 7.00 (as pandas and spreadsheets write it)."""
    whole = given.cast(pl.String, strict=False).str.replace(r"^(\d+)\.0+$", "${1}")
    return whole.str.replace(r"^0+(\d+)$", "${1}")


def _to_number(given: pl.Series) -> pl.Series:
    if given.dtype.is_temporal() or given.dtype == pl.Boolean:
        return pl.Series(given.name, [None] * len(given), dtype=pl.Float64)
    number = given.cast(pl.Float64, strict=False)
    return number.set(number.is_nan().fill_null(False), None)


_CASTS = {"text": _to_text, "ticker": _to_text, "id": _to_id, "date": local_dates, "number": _to_number}
