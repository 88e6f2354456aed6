"""Reads CSV files as columns of text.

A row with fewer or more cells than the header is an error; missing cells are never filled in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

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


def csv_rows(payload: bytes, what: str) -> pl.DataFrame:
    """Read the rows below the header: every cell as text, blank cells as null, blank lines skipped.

    Parameters
    ----------
    payload, what
        As for `csv_header`.

    Raises
    ------
    InputError
        When a row has fewer or more cells than the header (the message gives its number and line), or the
        file cannot be read as CSV.
    """
    widths = _widths(payload, what)
    expected = next(width for width in widths if width)
    below = widths[widths.index(expected) + 1 :]
    filled = [width for width in below if width]
    wrong = next((row for row, width in enumerate(filled, start=1) if width != expected), None)
    if wrong is not None:
        raise InputError(
            f"{what}, {csv_place(payload, wrong)}: {_length_problem(filled[wrong - 1], expected)}"
        )
    try:
        rows = pl.read_csv(io.BytesIO(_as_polars_reads(payload)), infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"{what} is not readable as CSV: {str(error).splitlines()[0]}") from None
    if rows.height != len(below):
        raise InputError(f"{what} is not readable as CSV: it mixes line endings, or has quotes inside cells")
    return rows.filter(pl.Series(below, dtype=pl.UInt32) > 0) if len(filled) < len(below) else rows


def csv_place(payload: bytes, row: int) -> str:
    """Name a row for a message by its number, 1 for the first below the header, and its line in the file."""
    line, _ = next(islice(_records(payload, "the file"), row, None))
    return f"row {row} (the header not counted), line {line}"


def _length_problem(width: int, expected: int) -> str:
    many = f"{width} cell{'' if width == 1 else 's'} instead of {expected}"
    if width < expected:
        return f"{many}; the file is cut off or damaged. Export it again"
    return f"{many}; quote cells that contain a comma, and write decimals with a point"


def _widths(payload: bytes, what: str) -> list[int]:
    """Count the cells of every line, including the header; 0 for a blank line."""
    reader = csv.reader(_text(payload), strict=True)
    try:
        return [_width(record) for record in reader]
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(payload, what, reader.line_num, error) from None


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
    return text if b"\n" in text else text.replace(b"\r", b"\n")
