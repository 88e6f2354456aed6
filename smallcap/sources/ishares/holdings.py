"""Reads an iShares holdings CSV as downloaded: its layout, its as-of date, and which rows are members.

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
from smallcap.rules.types.holdings import HoldingsRules, MemberRules
from smallcap.sources.text import cleaned

HOLDINGS_SCHEMA: dict[str, type[pl.DataType]] = {
    "ticker": pl.String,
    "name": pl.String,
    "sector": pl.String,
    "market_value_usd": pl.Float64,
    "quantity": pl.Float64,
    "price_usd": pl.Float64,
    "location": pl.String,
    "exchange": pl.String,
}
REFUSED_HOLDINGS_SCHEMA: dict[str, type[pl.DataType]] = {
    "rule": pl.String,
    "asset_class": pl.String,
    **HOLDINGS_SCHEMA,
}

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
    text = _decode(payload, file_name)
    cells = _split_cells(text, file_name)
    fund = cells[0][1][0].strip() if cells and cells[0][1] else ""
    index_name = _index_of(fund, file_name, rules)
    as_of = _as_of_date(cells, file_name)
    table = _table(cells, file_name)
    rows, refused = _classify(table, rules)
    plausible = rules.plausibility
    if not plausible.min_members <= rows.height <= plausible.max_members:
        raise InputError(
            f"holdings file {file_name} has {rows.height} members; between {plausible.min_members} "
            f"and {plausible.max_members} are "
            "plausible (ishares.toml, plausibility). Download it again, or change the bounds"
        )
    return Holdings(file_name, fund, index_name, as_of, rows, refused)


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

    A quoted cell may contain line breaks; the line is the one on which the record ends.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        return [(reader.line_num, record) for record in reader]
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
    match = _DATE.match(found)
    if match is None or match[1] not in _MONTHS:
        kind = NoListError if found in ("-", "") and _states_a_date(cells) else InputError
        raise kind(
            f"holdings file {file_name} has no as-of date: 'Fund Holdings as of' says '{found}', "
            f'expected a date such as "May 13, 2025". '
            "The fund had no list for the requested day; download another day"
        )
    try:
        return dt.date(int(match[3]), _MONTHS[match[1]], int(match[2]))
    except ValueError:
        raise InputError(f"holdings file {file_name}: the as-of date '{found}' does not exist") from None


def _table(cells: list[tuple[int, list[str]]], file_name: str) -> pl.DataFrame:
    """Extract the first table.

    A second copy of the body, which the site sometimes sends, is ignored.
    """
    start = next(
        (i for i, (_, record) in enumerate(cells) if len(record) > 1 and record[0].strip() == "Ticker"), None
    )
    if start is None:
        raise InputError(
            f"holdings file {file_name} is truncated: it has no header line that starts with "
            f"'Ticker'. Download it again"
        )
    header = ["Quantity" if cell.strip() == "Shares" else cell.strip() for cell in cells[start][1]]
    missing = [name for name in (*_TEXT_CELLS, *_NUMBER_CELLS) if name not in header]
    if missing:
        raise InputError(
            f"holdings file {file_name}, line {cells[start][0]}: the header is missing {', '.join(missing)}. "
            f"Download it again"
        )
    records: list[list[str]] = []
    line_numbers: list[int] = []
    for line_number, record in cells[start + 1 :]:
        if _ends_table(record):
            break
        if len(record) != len(header):
            raise InputError(
                f"holdings file {file_name}, line {line_number}: {len(record)} cells instead of "
                f"{len(header)}; the file is truncated or "
                "damaged. Download it again"
            )
        records.append(record)
        line_numbers.append(line_number)
    else:
        raise InputError(
            f"holdings file {file_name} is truncated: it ends after line {cells[-1][0]} inside the "
            f"table, without the closing separator. "
            "Download it again"
        )
    frame = pl.DataFrame(records, schema=dict.fromkeys(header, pl.String), orient="row").with_columns(
        line=pl.Series(line_numbers, dtype=pl.Int64)
    )
    return _typed(frame, file_name)


def _ends_table(record: list[str]) -> bool:
    return len(record) <= 1 and (not record or not record[0].strip() or record[0].startswith(_DISCLAIMER))


def _typed(frame: pl.DataFrame, file_name: str) -> pl.DataFrame:
    """Rename the columns, clean text, and parse numbers: '-' is null, thousands separators are removed."""
    trimmed = frame.with_columns(
        pl.col(*_NUMBER_CELLS).str.strip_chars(), *(cleaned(frame[cell]) for cell in _TEXT_CELLS)
    )
    bare = trimmed.with_columns(
        pl.when(pl.col(cell).is_in(["-", ""]))
        .then(None)
        .otherwise(pl.col(cell).str.replace_all(",", ""))
        .alias(cell)
        for cell in _NUMBER_CELLS
    )
    typed = bare.with_columns(
        pl.col(cell).cast(pl.Float64, strict=False).alias(name) for cell, name in _NUMBER_CELLS.items()
    )
    for cell, name in _NUMBER_CELLS.items():
        wrong = typed.filter(
            pl.col(cell).is_not_null() & (pl.col(name).is_null() | ~pl.col(name).is_finite())
        )
        if wrong.height:
            first = wrong.row(0, named=True)
            raise InputError(
                f"holdings file {file_name}, line {first['line']}, column '{cell}': "
                f"'{first[cell]}' is not a number"
            )
    return typed.rename(_TEXT_CELLS).select("asset_class", *HOLDINGS_SCHEMA)


def _classify(table: pl.DataFrame, rules: HoldingsRules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split the rows into members and refused rows; a refused row names the first rule that it breaks."""
    ruled = table.with_columns(rule=_first_broken_rule(rules.members)).sort(
        pl.col("rule").is_not_null(),
        "ticker",
        pl.col("market_value_usd").fill_null(-1.0) * -1,
        *HOLDINGS_SCHEMA,
        "asset_class",
        nulls_last=True,
    )
    is_repeated = pl.col("rule").is_null() & (pl.int_range(pl.len()).over("rule", "ticker") > 0)
    ruled = ruled.with_columns(rule=pl.when(is_repeated).then(pl.lit("duplicate_ticker")).otherwise("rule"))
    sector = pl.col("sector").replace({name.given: name.gics for name in rules.sectors})
    members = ruled.filter(pl.col("rule").is_null()).with_columns(
        sector=pl.when(sector == "").then(None).otherwise(sector)
    )
    refused = ruled.filter(pl.col("rule").is_not_null()).sort(
        "rule", "name", "ticker", *HOLDINGS_SCHEMA, nulls_last=True
    )
    return members.select(*HOLDINGS_SCHEMA), refused.select(*REFUSED_HOLDINGS_SCHEMA)


def _first_broken_rule(rules: MemberRules) -> pl.Expr:
    name = pl.col("name").str.to_uppercase()
    is_other_than_common = _matches(name, rules.not_common_stock_patterns) & ~_matches(
        name, rules.common_stock_patterns
    )
    broken = {
        "not_equity": pl.col("asset_class") != "Equity",
        "not_common_stock": is_other_than_common,
        "ticker_missing": pl.col("ticker").is_in(["-", ""]),
        "exchange_not_listed": _matches(
            pl.col("exchange").str.to_uppercase(), rules.unlisted_exchange_patterns
        ),
        "price_too_low": ~(pl.col("price_usd") > rules.min_price_exclusive).fill_null(False),
        "market_value_too_low": ~(pl.col("market_value_usd") > rules.min_market_value_exclusive).fill_null(
            False
        ),
    }
    return pl.coalesce([pl.when(condition).then(pl.lit(rule)) for rule, condition in broken.items()])


def _matches(text: pl.Expr, patterns: tuple[str, ...]) -> pl.Expr:
    return (
        pl.any_horizontal(text.str.contains(pattern) for pattern in patterns) if patterns else pl.lit(False)
    )
