"""Reads the SEC's lists of today's tickers: companies with their exchange, and funds with their series."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.sources.sec_index.cells import cik_of, columns_of, read_json, text_of

COMPANIES_SCHEMA: Final[dict[str, type[pl.DataType]]] = dict.fromkeys(
    ("cik", "name", "ticker", "exchange"), pl.String
)
FUNDS_SCHEMA: Final[dict[str, type[pl.DataType]]] = dict.fromkeys(
    ("cik", "series_id", "class_id", "ticker"), pl.String
)


def read_company_tickers(payload: bytes, what: str = "company_tickers_exchange.json") -> pl.DataFrame:
    """Read the tickers of companies: `COMPANIES_SCHEMA`, sorted; the ticker without separators.

    Raises
    ------
    InputError
        When the payload is no such list, or empty.
    """
    fields = {"cik": "cik", "name": "name", "ticker": "ticker", "exchange": "exchange"}
    return _read(payload, fields, COMPANIES_SCHEMA, what)


def read_fund_tickers(payload: bytes, what: str = "company_tickers_mf.json") -> pl.DataFrame:
    """Read the tickers of funds: `FUNDS_SCHEMA`, sorted; raises as `read_company_tickers` does."""
    fields = {"cik": "cik", "series_id": "seriesId", "class_id": "classId", "ticker": "symbol"}
    return _read(payload, fields, FUNDS_SCHEMA, what)


def _read(
    payload: bytes, fields: dict[str, str], schema: dict[str, type[pl.DataType]], what: str
) -> pl.DataFrame:
    given = columns_of(read_json(payload, what), fields, what)
    rows = [
        {name: cik_of(value) if name == "cik" else text_of(value) for name, value in row.items()}
        for row in given
    ]
    frame = pl.DataFrame(rows, schema=schema).drop_nulls(["cik", "ticker"])
    if frame.is_empty():
        raise InputError(f"{what} has no ticker; download it again")
    return frame.with_columns(ticker=normalised(pl.col("ticker"))).unique().sort(*schema, nulls_last=True)
