"""Reads an iShares holdings CSV as downloaded: its fund, its as-of date, and which rows are members.

Tickers stay as the file spells them, and weights are computed later from market values.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.ishares.members import classify
from smallcap.sources.ishares.table import MISSING_CELLS, is_header, read_table

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_DATE = re.compile(r"^([A-Z][a-z]{2}) (\d{1,2}), (\d{4})$")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?$")
"""A date that a spreadsheet rewrote."""
_LONGEST_FUND = 200
_PREAMBLE_BYTES = 4096
"""More than the lines before the table take."""
_AS_OF = "Fund Holdings as of"


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
    if is_header(first):
        raise InputError(
            f"holdings file {file_name} has no preamble: it begins with the header of the table, so the "
            "fund and the as-of date are unknown. Download the file again and use it unchanged, or bring the "
            "list as a table of your own with a column snapshot_date, in constituents/ (docs/files-preset.md)"
        )
    fund = first[0].strip()[:_LONGEST_FUND]
    index_name = _index_of(fund, file_name, rules)
    as_of = _as_of_date(cells, file_name)
    rows, refused = classify(read_table(cells, file_name), rules)
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
        kind = NoListError if found in ("", *MISSING_CELLS) and _states_a_date(cells) else InputError
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
