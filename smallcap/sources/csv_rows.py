"""Reads CSV files as columns of text.

A row with fewer or more cells than the header is an error; missing cells are never filled in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import polars as pl

from smallcap.errors import InputError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_header(payload: bytes, what: str) -> list[str]:
    """Return the cells of the first line that is not blank.

    Parameters
    ----------
    payload
        The file, in UTF-8, with line ends of any kind.
    what
        The name of the file in messages, for example ``prices file month_end.csv``.

    Raises
    ------
    InputError
        When the file is empty or cannot be read as CSV.
    """
    header = next(_records(payload, what), None)
    if header is None:
        raise InputError(f"{what} is not readable as CSV: it is empty")
    return [cell.strip() for cell in header[1]]


def csv_rows(payload: bytes, what: str) -> tuple[pl.DataFrame, pl.Series]:
    """Read the rows below the header: every cell as text, blank cells as null, blank lines skipped.

    Parameters
    ----------
    payload, what
        As for `csv_header`.

    Returns
    -------
    tuple
        The rows, and the line of the file on which each begins, as an editor shows it.

    Raises
    ------
    InputError
        When rows have fewer or more cells than the header (the message gives the number and line of the
        first, and how many there are), or the file cannot be read as CSV.
    """
    records = _extents(payload, what)
    header = next(position for position, (_, width) in enumerate(records) if width)
    below, expected = records[header + 1 :], records[header][1]
    filled = [(line, width) for line, width in below if width]
    wrong = [row for row, (_, width) in enumerate(filled, start=1) if width != expected]
    if wrong:
        line, width = filled[wrong[0] - 1]
        more = f" (and {len(wrong) - 1} more rows of another length)" if len(wrong) > 1 else ""
        raise InputError(f"{what}, {place_of(wrong[0], line)}: {_length_problem(width, expected)}{more}")
    try:
        rows = pl.read_csv(io.BytesIO(_as_polars_reads(payload)), infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"{what} is not readable as CSV: {str(error).splitlines()[0]}") from None
    if rows.height != len(below):
        raise InputError(f"{what} is not readable as CSV: it mixes line endings, or has quotes inside cells")
    lines = pl.Series("line", [line for line, _ in filled], dtype=pl.Int64)
    if len(filled) == len(below):
        return rows, lines
    return rows.filter(pl.Series([width > 0 for _, width in below], dtype=pl.Boolean)), lines


def place_of(row: int, line: int | None) -> str:
    """Name a row for a message by its number, 1 for the first below the header, and its line in the file."""
    return f"row {row} (the header not counted)" + ("" if line is None else f", line {line}")


def _length_problem(width: int, expected: int) -> str:
    many = f"{width} cell{'' if width == 1 else 's'} instead of {expected}"
    if width < expected:
        return f"{many}; the file is cut off or damaged. Export it again"
    return f"{many}; quote cells that contain a comma, and write decimals with a point"


def _extents(payload: bytes, what: str) -> list[tuple[int, int]]:
    """Return the first line and the number of cells of every record and header; 0 cells for a blank line."""
    reader = csv.reader(_text(payload), strict=True)
    extents, start = [], 1
    try:
        for record in reader:
            extents.append((start, _width(record)))
            start = reader.line_num + 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(payload, what, reader.line_num, error) from None
    return extents


def _records(payload: bytes, what: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each non-blank record with the line it starts on; quoted cells may contain line breaks."""
    reader = csv.reader(_text(payload), strict=True)
    start = 1
    try:
        for record in reader:
            if _width(record):
                yield start, record
            start = reader.line_num + 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(payload, what, reader.line_num, error) from None


def _text(payload: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(payload), encoding="utf-8-sig", newline="")


def _width(record: list[str]) -> int:
    return len(record) if len(record) > 1 or "".join(record).strip() else 0


def _unreadable(payload: bytes, what: str, line: int, error: csv.Error | UnicodeDecodeError) -> InputError:
    if isinstance(error, csv.Error):
        return InputError(f"{what} is not readable as CSV: line {line}: {error}")
    try:
        payload.decode()
    except UnicodeDecodeError as whole:
        # The reader decodes in blocks, ahead of its current line.
        line = payload.count(b"\n", 0, whole.start) + 1
    return InputError(f"{what} is not readable as CSV: line {line} is not UTF-8 text; save the file as UTF-8")


def _as_polars_reads(payload: bytes) -> bytes:
    """Drop what Polars would read as a header, and use line endings that it reads."""
    text = payload.removeprefix(_BYTE_ORDER_MARK).lstrip()
    first_return, first_feed = text.find(b"\r"), text.find(b"\n")
    if first_return < 0 or first_return + 1 == first_feed or 0 <= first_feed < first_return:
        return text
    if first_feed < 0:
        return text.replace(b"\r", b"\n")
    # Lines end in carriage returns, and cells contain line feeds.
    target = io.StringIO()
    records = csv.reader(_text(text), strict=True)
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(records)
    return target.getvalue().encode()
