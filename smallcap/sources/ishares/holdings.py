"""Reads an iShares holdings CSV as downloaded: its layout, its as-of date, and which rows are members.

Tickers stay as the file spells them, and weights are computed later from market values.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.ishares.members import HOLDINGS_SCHEMA, classify
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
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_DATE = re.compile(r"^([A-Z][a-z]{2}) (\d{1,2}), (\d{4})$")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?$")
"""A date that a spreadsheet rewrote."""
_LONGEST_FUND = 200
_PREAMBLE_BYTES = 4096
"""More than the lines before the table take."""
_LARGEST_NUMBER = 1e15
"""No list has a larger value or quantity."""
_MISSING_CELLS = ("-", "--")
_AS_OF = "Fund Holdings as of"
_DISCLAIMER = "The content contained herein"


class NoListError(InputError):
    """The file is complete and says that the fund had no list on the requested day."""


@dataclass(frozen=True)
class Holdings:
    """One holdings file.

    Attributes
    ----------
    file_name
        The name of the file, for messages.
    fund
        The fund's name, from the first line.
    index_name
        Our name of the index that the fund tracks.
    as_of
        The date of the list, from the file itself.
    rows
        The members, in the columns of `HOLDINGS_SCHEMA`, sorted by ticker; one row per ticker.
    refused
        Every other row, with the first rule that it breaks (`REFUSED_HOLDINGS_SCHEMA`).
    """

    file_name: str
    fund: str
    index_name: str
    as_of: dt.date
    rows: pl.DataFrame
    refused: pl.DataFrame


def read_holdings(payload: bytes, file_name: str, rules: HoldingsRules) -> Holdings:
    """Read a holdings file.

    Raises
    ------
    NoListError
        When the file has no date: there is no list for the requested day.
    InputError
        When the payload is a web page, is incomplete, belongs to another fund or has an implausible number
        of members; the message names the file and what to do.
    """
    cells = _split_cells(_decode(payload, file_name), file_name)
    first = next((record for _, record in cells if any(cell.strip() for cell in record)), [""])
    if _is_header(first):
        raise InputError(
            f"holdings file {file_name} has no preamble: it begins with the header of the table, so the "
            "fund and the as-of date are unknown. Download the file again and use it unchanged, or bring the "
            "list as a table of your own with a column snapshot_date, in constituents/ (docs/files-preset.md)"
        )
    fund = first[0].strip()[:_LONGEST_FUND]
    index_name = _index_of(fund, file_name, rules)
    as_of = _as_of_date(cells, file_name)
    rows, refused = classify(_table(cells, file_name), rules)
    require_plausible_count(rows.height, rules, f"holdings file {file_name}")
    return Holdings(file_name, fund, index_name, as_of, rows, refused)


def stated_date(payload: bytes, file_name: str) -> dt.date:
    """Return the date of a holdings file from its first lines, without reading the table.

    Raises
    ------
    NoListError, InputError
        As `read_holdings`.
    """
    head = payload if len(payload) <= _PREAMBLE_BYTES else payload[:_PREAMBLE_BYTES].rpartition(b"\n")[0]
    return _as_of_date(_split_cells(_decode(head, file_name), file_name), file_name)


def require_plausible_count(members: int, rules: HoldingsRules, what: str) -> None:
    """Refuse a list with an implausible number of members, by an `InputError` with the bounds."""
    plausible = rules.plausibility
    if not plausible.min_members <= members <= plausible.max_members:
        raise InputError(
            f"{what} has {members} members; between {plausible.min_members} "
            f"and {plausible.max_members} are "
            "plausible (ishares.toml, plausibility). Download it again, or change the bounds"
        )


def _decode(payload: bytes, file_name: str) -> str:
    if not payload.strip():
        raise InputError(f"holdings file {file_name} is empty. Download it again")
    start = payload[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")) or b"<html" in start:
        raise InputError(
            f"holdings file {file_name} is a web page, not a CSV: the site answered with HTML. "
            f"Download the holdings CSV again"
        )
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"holdings file {file_name} is not UTF-8 text ({error}). Use the file exactly as downloaded"
        ) from None


def _split_cells(text: str, file_name: str) -> list[tuple[int, list[str]]]:
    """Split into (line number, cells).

    A quoted cell may contain line breaks; the line is the one on which the record begins.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    cells, start = [], 1
    try:
        for record in reader:
            cells.append((start, record))
            start = reader.line_num + 1
        return cells
    except csv.Error as error:
        raise InputError(
            f"holdings file {file_name}, line {reader.line_num}: not readable as CSV ({error}). "
            f"Download it again"
        ) from None


def _index_of(fund: str, file_name: str, rules: HoldingsRules) -> str:
    for index in rules.indexes:
        if re.search(index.fund_pattern, fund):
            return index.name
    known = ", ".join(f"'{index.fund_pattern}' for {index.name}" for index in rules.indexes)
    raise InputError(
        f"holdings file {file_name} is of the wrong fund: its first line says '{fund[:80]}', "
        f"expected a name with {known}. "
        "Take the file out of the folder, or add the fund to ishares.toml, indexes"
    )


def _states_a_date(cells: list[tuple[int, list[str]]]) -> bool:
    return any(record and record[0].strip().startswith(_AS_OF) for _, record in cells)


def _as_of_date(cells: list[tuple[int, list[str]]], file_name: str) -> dt.date:
    found = next(
        (
            record[1].strip()
            for _, record in cells
            if len(record) > 1 and record[0].strip().startswith(_AS_OF)
        ),
        "",
    )
    year, month, day = _date_parts(found[:_LONGEST_FUND])
    if not year:
        kind = NoListError if found in ("", *_MISSING_CELLS) and _states_a_date(cells) else InputError
        raise kind(
            f"holdings file {file_name} has no as-of date: 'Fund Holdings as of' says "
            f"'{found[:_LONGEST_FUND]}', "
            f'expected a date such as "May 13, 2025". '
            "The fund had no list for the requested day; download another day"
        )
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise InputError(f"holdings file {file_name}: the as-of date '{found}' does not exist") from None


def _date_parts(found: str) -> tuple[int, int, int]:
    """Return year, month and day; zeros where the text is not a date."""
    match = _DATE.match(found)
    if match is not None and match[1] in _MONTHS:
        return int(match[3]), _MONTHS[match[1]], int(match[2])
    match = _ISO_DATE.match(found)
    return (0, 0, 0) if match is None else (int(match[1]), int(match[2]), int(match[3]))


def _is_header(record: list[str]) -> bool:
    return len(record) > 1 and record[0].strip() == "Ticker"


def _table(cells: list[tuple[int, list[str]]], file_name: str) -> pl.DataFrame:
    """Extract the first table.

    A second copy of the body, which the site sometimes sends, is ignored.
    """
    start = next((i for i, (_, record) in enumerate(cells) if _is_header(record)), None)
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
        pl.when(pl.col(cell).str.strip_chars().is_in([*_MISSING_CELLS, ""]))
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
