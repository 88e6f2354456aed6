"""Crafted input files in the layouts of their publishers, small enough to be read by eye."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import polars as pl

from smallcap.rules.files import read_rules
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.files.dates import DateLimits, load_date_limits
from smallcap.sources.files.source import FilesSource
from smallcap.sources.identity.aliases import load_ticker_aliases
from tests.paths import PROJECT_ROOT

REFERENCE = PROJECT_ROOT / "data" / "reference"
RULES: HoldingsRules = read_rules(REFERENCE, "ishares.toml", HoldingsRules)
ALIASES: pl.DataFrame = load_ticker_aliases(REFERENCE)
TODAY = dt.date(2025, 12, 31)
LIMITS = load_date_limits(REFERENCE, TODAY)
SEPARATOR = "\u00a0"
HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional "
    "Value,Quantity,Price,Location,Exchange,Currency,FX Rate,"
    "Market Currency,Accrual Date"
)
DISCLAIMER = (
    '"The content contained herein is owned or licensed by the publisher.\nIt runs over lines, with '
    '""quotes"", and commas."'
)


def line(
    ticker: str = "ABCD",
    name: str = "ALPHABETICAL CO",
    *,
    sector: str = "Industrials",
    asset_class: str = "Equity",
    market_value: str = "1,250,000.00",
    quantity: str = "50,000.00",
    price: str = "25.00",
    exchange: str = "NASDAQ",
) -> list[str]:
    """One row of a holdings file, fifteen cells."""
    tail = ["United States", exchange, "USD", "1.00", "USD", "-"]
    return [ticker, name, sector, asset_class, market_value, "0.10", market_value, quantity, price, *tail]


def holdings(
    lines: list[list[str]],
    *,
    as_of: str = "May 13, 2025",
    fund: str = "iShares Russell 2000 ETF",
    header: str = HEADER,
    copies: int = 1,
) -> bytes:
    """A holdings file as downloaded: BOM, nine preamble lines, the table, the separator, the disclaimer."""
    preamble = [
        fund,
        f'Fund Holdings as of,"{as_of}"',
        'Inception Date,"May 22, 2000"',
        'Shares Outstanding,"281,300,000.00"',
    ]
    preamble += ['Stock,"-"', 'Bond,"-"', 'Cash,"-"', 'Other,"-"', SEPARATOR, header]
    body = io.StringIO()
    csv.writer(body, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(lines)
    text = "\n".join(preamble) + "\n" + body.getvalue() + SEPARATOR + "\n" + DISCLAIMER
    return ("\ufeff" + "\n".join([text] * copies)).encode()


FUNDAMENTALS_ROW: dict[str, object] = {
    "ticker": "ABCD",
    "entity_id": 11,
    "fiscal_year": 2023,
    "period_end": "2023-12-31",
    "currency": "USD",
    "filing_date": "2024-02-20",
    "restated_date": "2024-02-20",
    "shares_basic": 1_000_000,
    "revenue": 900_000,
    "operating_income": 90_000,
    "net_interest_expense": 9_000,
    "net_income": 60_000,
    "total_assets": 2_000_000,
    "short_term_debt": 1_000,
    "long_term_debt": None,
    "total_liabilities": 800_000,
    "shareholders_equity": 1_200_000,
    "operating_cash_flow": 70_000,
    "capital_expenditures": 20_000,
}


def fundamentals_frame(*rows: dict[str, object]) -> pl.DataFrame:
    """A canonical fundamentals table.

    Each row says what differs from `FUNDAMENTALS_ROW`. Dates stay text, as in a CSV.
    """
    return pl.DataFrame([{**FUNDAMENTALS_ROW, **row} for row in rows], infer_schema_length=None)


def write_folder(folder: Path, files: dict[str, bytes | pl.DataFrame]) -> Path:
    """Write files below a folder; frames as CSV or Parquet by their suffix."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif path.suffix == ".parquet":
            content.write_parquet(path)
        else:
            content.write_csv(path)
    return folder


def open_folder(folder: Path, *, aliases: pl.DataFrame = ALIASES, limits: DateLimits = LIMITS) -> FilesSource:
    """The adapter on a folder, with the committed rules, on a fixed day."""
    return FilesSource(folder, rules=RULES, aliases=aliases, limits=limits)


FF5_HEADER = ",Mkt-RF,SMB,HML,RMW,CMA,RF"
FF5_ROWS = [
    "202301,1.50,-0.25,0.75,0.10,-99.99,0.35",
    "202302,-2.00,0.50,-999,0.20,0.30,0.34",
    "202303,3.25,1.00,0.25,-0.10,0.05,0.36",
]
ANNUAL = [" Annual Factors: January-December ", FF5_HEADER, "2022,-21.58,-1.69,25.97,6.67,22.54,1.43"]
FIRST_LINE = "This file was created using the 202306 CRSP database."


def french(
    rows: list[str] | None = None,
    *,
    header: str = FF5_HEADER,
    end: str = "\r\n",
    first: str = FIRST_LINE,
    blank: str = "",
    annual: bool = True,
) -> bytes:
    """A factor file as served; `blank` is what a blank line holds (Excel writes commas)."""
    lines = [
        first,
        "The 1-month TBill rate data until 202405 are from Ibbotson Associates.",
        blank,
        header,
        *(FF5_ROWS if rows is None else rows),
        blank,
    ]
    lines += [*ANNUAL, blank, "Copyright 2023 Eugene F. Fama and Kenneth R. French"] if annual else []
    return (end.join(lines) + end).encode()


def zipped(content: bytes, name: str = "F-F_Research_Data_5_Factors_2x3.csv") -> bytes:
    """A zip with one member."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()
