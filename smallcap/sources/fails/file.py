"""Reads a fails-to-deliver file.

A file has half a month of settlement days, and only securities with an open fail. Its price is the close of
the session before the settlement day. CUSIPs are licensed data: they are kept in the home and never printed.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.input_limits import MEGABYTE
from smallcap.sources.archives import is_hidden, unzip
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.text import cleaned

_LOG = logging.getLogger(__name__)
FAILS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "settlement_date": pl.Date,
    "price_date": pl.Date,
    "cusip": pl.String,
    "symbol": pl.String,
    "quantity": pl.Float64,
    "name": pl.String,
    "price_usd": pl.Float64,
}
_ROW: Final = (
    r"^\s*(?<date>\d{8})\|(?<cusip>[^|]*)\|(?<symbol>[^|]*)\|(?<quantity>[^|]*)"
    r"\|(?<name>.*)\|(?<price>[^|]*)$"
)
"""A row; a description may have a separator in it."""
_HEADER: Final = r"(?i)^\s*settlement date\|"
_TRAILER: Final = re.compile(r"trailer record count\D*(\d[\d,]{0,14})", re.IGNORECASE)
_MOST_MB: Final = 200
_MOST_UNREADABLE: Final = 0.01
_FEW: Final = 3
_BEFORE: Final = dt.timedelta(days=10)
_FIRST, _LAST = dt.date(2004, 1, 1), dt.date(2100, 1, 1)


def read_fails(payload: bytes, what: str = "fails-to-deliver file") -> pl.DataFrame:
    """Read a file as published.

    Parameters
    ----------
    payload
        The zip, or the text in it.
    what
        The name of the file in messages.

    Returns
    -------
    pl.DataFrame
        `FAILS_SCHEMA`, sorted by day, CUSIP and symbol; a row without a CUSIP has null, and a missing price
        is null.

    Raises
    ------
    InputError
        When it is a web page, another file, or incomplete by its own count.
    """
    text = _text(payload, what)
    lines = pl.Series("line", _whole_lines(text), dtype=pl.String).str.strip_chars_end()
    found = lines.str.extract_groups(_ROW).struct.unnest()
    is_row = found["date"].is_not_null()
    rows = found.filter(is_row)
    if rows.is_empty():
        raise InputError(f"{what} has no row of a fails-to-deliver file; download it again")
    rest = lines.filter(~is_row)
    _require_complete(rest, rows.height, what)
    return _typed(rows, what)


def _text(payload: bytes, what: str) -> str:
    if payload[:2] == b"PK":
        members = unzip(payload, what, _MOST_MB * MEGABYTE, 20, lambda name: not is_hidden(name))
        if len(members) != 1:
            raise InputError(f"{what} has {len(members)} files; a fails-to-deliver zip has one")
        payload = members[0].payload
    beginning = payload[:1000].lower()
    if b"<html" in beginning or b"<!doctype" in beginning:
        raise InputError(f"{what} is a web page, not a fails-to-deliver file; download it again")
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Descriptions of older files are in this encoding.
        return payload.decode("cp1252", errors="replace")


def _whole_lines(text: str) -> list[str]:
    """Return the lines; without a last one that may be cut off, because its price would be another."""
    lines = text.splitlines()
    is_ended = text.endswith(("\n", "\r")) or _TRAILER.search(text) is not None
    return lines if is_ended else lines[:-1]


def _require_complete(rest: pl.Series, rows: int, what: str) -> None:
    """Refuse a file with fewer rows than its trailer states, or with many lines that are no rows."""
    stated, unreadable = 0, 0
    for line in rest.to_list():
        found = _TRAILER.search(line)
        if found is not None:
            stated = int(found.group(1).replace(",", ""))
        elif line.strip() and not re.match(_HEADER, line) and not line.lower().startswith("trailer"):
            unreadable += 1
    if rows + unreadable < stated:
        raise InputError(
            f"{what} is incomplete: {rows:,} rows, and its last lines state {stated:,}. Download it again"
        )
    if unreadable > _MOST_UNREADABLE * rows + _FEW:
        raise InputError(f"{what} is damaged: {unreadable:,} lines are no rows. Download it again")
    if unreadable:
        _LOG.warning("%s: %d lines that are no rows were left out", what, unreadable)


def _typed(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    texts = rows.with_columns(cleaned(rows[name]) for name in ("cusip", "symbol", "name"))
    day = pl.col("date").str.to_date("%Y%m%d", strict=False)
    price = pl.col("price").str.strip_chars().cast(pl.Float64, strict=False)
    quantity = pl.col("quantity").str.replace_all(",", "").str.strip_chars().cast(pl.Float64, strict=False)
    typed = texts.select(
        settlement_date=day,
        cusip=_filled(pl.col("cusip").str.to_uppercase()),
        symbol=_filled(normalised(pl.col("symbol"))),
        quantity=pl.when(quantity.is_finite()).then(quantity),
        name=_filled(pl.col("name")),
        price_usd=pl.when(price.is_finite() & (price >= 0)).then(price),
    ).filter(pl.col("settlement_date").is_between(_FIRST, _LAST))
    if typed.is_empty():
        raise InputError(f"{what} has no row with a settlement date from {_FIRST.year} on; download it again")
    return (
        _with_session_before(typed)
        .select(pl.col(name).cast(dtype) for name, dtype in FAILS_SCHEMA.items())
        .sort("settlement_date", "cusip", "symbol", *FAILS_SCHEMA, nulls_last=True)
    )


def _filled(text: pl.Expr) -> pl.Expr:
    """Make a text null that is empty or of zeros alone."""
    return pl.when(text.str.strip_chars("0 ") != "").then(text)


def _with_session_before(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `price_date`: the session before the settlement day, whose close the price is."""
    first, last = rows["settlement_date"].min(), rows["settlement_date"].max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    sessions = nyse_sessions(first - _BEFORE, last).to_frame().select(price_date="session")
    return rows.sort("settlement_date").join_asof(
        sessions.sort("price_date"),
        left_on="settlement_date",
        right_on="price_date",
        allow_exact_matches=False,
        coalesce=False,
    )


def closes(fails: pl.DataFrame) -> pl.DataFrame:
    """Return one price per CUSIP and session: cusip, `date` (of the close), `close_usd`.

    Rows of one day that disagree give the smallest price that most of them have.
    """
    priced = fails.drop_nulls(["cusip", "price_usd", "price_date"]).filter(pl.col("price_usd") > 0)
    return (
        priced.group_by("cusip", date="price_date")
        .agg(close_usd=pl.col("price_usd").mode().min())
        .sort("cusip", "date")
    )
