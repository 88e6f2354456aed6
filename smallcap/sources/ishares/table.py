"""The table of an iShares holdings file: its header, its rows, and their cells typed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.ishares.members import HOLDINGS_SCHEMA
from smallcap.sources.problems import Problems
from smallcap.sources.text import cleaned

_TEXT_CELLS = {
    "Ticker": "ticker",
    "Name": "name",
    "Sector": "sector",
    "Asset Class": "asset_class",
    "Location": "location",
    "Exchange": "exchange",
}
_NUMBER_CELLS = {"Market Value": "market_value_usd", "Quantity": "quantity", "Price": "price_usd"}
_LARGEST_NUMBER = 1e15
"""No list has a larger value or quantity."""
MISSING_CELLS = ("-", "--")
_DISCLAIMER = "The content contained herein"


def is_header(record: list[str]) -> bool:
    """Whether a record is the header of the table."""
    return len(record) > 1 and record[0].strip() == "Ticker"


def read_table(cells: list[tuple[int, list[str]]], file_name: str) -> pl.DataFrame:
    """Extract the first table.

    A second copy of the body, which the site sometimes sends, is ignored.
    """
    start = next((i for i, (_, record) in enumerate(cells) if is_header(record)), None)
    if start is None:
        raise InputError(
            f"holdings file {file_name} is truncated: it has no header line that starts with "
            f"'Ticker'. Download it again"
        )
    line, record = cells[start]
    positions = _positions(record, f"holdings file {file_name}, line {line}")
    rows = list(_rows_below(cells, start, file_name))
    columns = {
        name: pl.Series(name, [record[position] for _, record in rows], dtype=pl.String)
        for name, position in positions.items()
    }
    lines = pl.Series("line", [line for line, _ in rows], dtype=pl.Int64)
    return _typed(pl.DataFrame(columns).with_columns(lines), file_name)


def _positions(header: list[str], where: str) -> dict[str, int]:
    """Return the position of each column that is read; files of 2023 and before say Shares for Quantity."""
    names = [cell.strip() for cell in header]
    if "Quantity" not in names:
        names = ["Quantity" if name == "Shares" else name for name in names]
    wanted = (*_TEXT_CELLS, *_NUMBER_CELLS)
    missing = [name for name in wanted if name not in names]
    if missing:
        raise InputError(f"{where}: the header is missing {', '.join(missing)}. Download it again")
    repeated = [name for name in wanted if names.count(name) > 1]
    if repeated:
        raise InputError(
            f"{where}: {', '.join(repeated)} is in the header more than once. Use the file exactly "
            f"as downloaded"
        )
    return {name: names.index(name) for name in wanted}


def _rows_below(
    cells: list[tuple[int, list[str]]], start: int, file_name: str
) -> Iterator[tuple[int, list[str]]]:
    width = len(cells[start][1])
    for line, record in cells[start + 1 :]:
        if _ends_table(record):
            return
        if len(record) != width:
            raise InputError(
                f"holdings file {file_name}, line {line}: {len(record)} cells instead of "
                f"{width}; the file is truncated or "
                "damaged. Download it again"
            )
        yield line, record
    raise InputError(
        f"holdings file {file_name} is truncated: it ends after line {cells[-1][0]} inside the "
        f"table, without the closing separator. "
        "Download it again"
    )


def _ends_table(record: list[str]) -> bool:
    """Return whether a record is the blank line below the table or the disclaimer.

    A spreadsheet pads both with cells.
    """
    if any(cell.strip() for cell in record[1:]):
        return False
    return not record or not record[0].strip() or record[0].startswith(_DISCLAIMER)


def _typed(frame: pl.DataFrame, file_name: str) -> pl.DataFrame:
    """Rename the columns, clean text, and parse numbers; thousands separators are removed."""
    texts = frame.with_columns(cleaned(frame[cell]) for cell in _TEXT_CELLS).with_columns(
        pl.col(*_TEXT_CELLS).replace("--", "-")
    )
    bare = texts.with_columns(
        pl.when(pl.col(cell).str.strip_chars().is_in([*MISSING_CELLS, ""]))
        .then(None)
        .otherwise(pl.col(cell).str.strip_chars().str.replace_all(",", ""))
        .alias(cell)
        for cell in _NUMBER_CELLS
    )
    typed = bare.with_columns(
        pl.col(cell).cast(pl.Float64, strict=False).alias(name) for cell, name in _NUMBER_CELLS.items()
    )
    _require_numbers(typed, file_name)
    return typed.rename(_TEXT_CELLS).select("asset_class", *HOLDINGS_SCHEMA)


def _require_numbers(typed: pl.DataFrame, file_name: str) -> None:
    """Refuse a file with cells that are no plausible numbers, naming the first of each column."""
    problems = Problems()
    for cell, name in _NUMBER_CELLS.items():
        is_number = (pl.col(name).abs() <= _LARGEST_NUMBER).fill_null(False)
        wrong = typed.filter(pl.col(cell).is_not_null() & ~is_number)
        if wrong.height:
            first = wrong.row(0, named=True)
            more = f" (and {wrong.height - 1} more rows)" if wrong.height > 1 else ""
            problems.add(
                f"holdings file {file_name}, line {first['line']}, column '{cell}': "
                f"'{first[cell][:80]}' is not a number, or not a plausible one{more}"
            )
    problems.raise_any(f"holdings file {file_name}")
