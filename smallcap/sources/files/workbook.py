"""Converts the sheet of an Excel workbook (xlsx) to CSV, so that tables from both are read by the same rules.

Reading needs the package `fastexcel` (the extra `xlsx`).
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.archives import unzip

_CELL = re.compile(rb'<c [^<>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_LARGEST_GRID = 50_000_000
"""Cells of the smallest rectangle around all cells of a sheet; the reader allocates all of it."""
_MEMBERS = 10_000


def workbook_csv(payload: bytes, what: str, most_bytes: int) -> tuple[bytes, tuple[str, ...]]:
    """Convert the first sheet with cells to CSV; line n of the CSV is row n of the sheet.

    Parameters
    ----------
    payload
        The workbook.
    what
        The name of the file in messages.
    most_bytes
        Limit on the unpacked size.

    Returns
    -------
    tuple
        The CSV, and the names of further sheets with cells, which are not read.

    Raises
    ------
    InputError
        When the package is missing, or the workbook is damaged, encrypted, empty or too large.
    """
    if payload[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError(f"{what} is an encrypted or old Excel workbook. Save it as .xlsx without a password")
    _require_small(payload, what, most_bytes)
    reader = _open(payload, what)
    names: list[str] = list(reader.sheet_names)
    sheets = {name: _sheet(reader, name, what) for name in names}
    filled = [name for name, sheet in sheets.items() if sheet.height]
    if not filled:
        raise InputError(f"{what} has no sheet with cells. Save the table as CSV")
    return _csv(sheets[filled[0]]), tuple(filled[1:])


def _open(payload: bytes, what: str) -> Any:
    try:
        import fastexcel
    except ImportError:
        raise InputError(
            f"{what}: reading Excel workbooks needs the package fastexcel; install it with "
            f"pip install 'smallcap[xlsx]', or save the table as CSV"
        ) from None
    try:
        return fastexcel.read_excel(payload)
    except fastexcel.FastExcelError as error:
        raise _unreadable(what, error) from None


def _sheet(reader: Any, name: str, what: str) -> pl.DataFrame:
    from fastexcel import FastExcelError

    try:
        # Without skip_rows=0 the reader drops blank rows at the top, and row numbers would be wrong.
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        return pl.DataFrame(sheet.to_polars())
    except FastExcelError as error:
        raise _unreadable(what, error) from None


def _csv(sheet: pl.DataFrame) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    for row in sheet.iter_rows():
        # A row of the sheet must stay one line, and blank rows keep their line.
        cells = [" ".join(cell.splitlines()) if cell else "" for cell in row]
        writer.writerow(cells if any(cells) else [])
    return target.getvalue().encode()


def _require_small(payload: bytes, what: str, most_bytes: int) -> None:
    """Refuse a workbook whose unpacked files, or the rectangle around the cells of a sheet, are too large."""
    for member in unzip(payload, what, most_bytes, _MEMBERS, lambda name: True):
        if not member.name.startswith("xl/worksheets/"):
            continue
        rows = columns = 0
        for letters, number in _CELL.findall(member.payload):
            columns = max(columns, _column_number(letters))
            rows = max(rows, int(number))
        if rows * columns > _LARGEST_GRID:
            raise InputError(
                f"{what}: a sheet has cells as far as row {rows:,} and column {columns:,}, more than "
                f"{_LARGEST_GRID:,} cells. Delete the cells outside the table, or save it as CSV"
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _unreadable(what: str, error: Exception) -> InputError:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(f"{what} is not a readable Excel workbook: {first}. Save the table as CSV")
