"""Crafted records of the SEC in the layouts in which it serves them, small enough to be read by eye."""

from __future__ import annotations

import datetime as dt
import json
from xml.sax.saxutils import escape

import polars as pl

from smallcap.rules.files import read_rules
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.fails.file import FAILS_SCHEMA
from smallcap.sources.sec_index.company_index import INDEX_SCHEMA
from smallcap.sources.sec_index.submissions import NAMES_SCHEMA
from smallcap.sources.sec_index.tickers import COMPANIES_SCHEMA
from smallcap.sources.whois.resolve import Records
from tests.component.sources.crafted import ALIASES, REFERENCE

IDENTITY: CusipIdentity = read_rules(REFERENCE, CUSIP_IDENTITY_FILE, CusipIdentity)
SERIES = "S000009999"
FUND = FundRow(
    fund="ONEF", cik="0001234567", series_id=SERIES, index="russell2000", months="3 6 9 12",
    kind="replicates", status="known", source="made up",
)  # fmt: skip
SESSIONS = pl.Series([dt.date(2021, 5, 28), dt.date(2021, 6, 1), dt.date(2021, 6, 2)])


def position(
    name: str = "ALPHABETICAL CO",
    *,
    title: str = "Alphabetical Co. Common Stock",
    cusip: str = "12345A109",
    lei: str = "N/A",
    identifiers: str = '<isin value="US12345A1097"/>',
    balance: str = "200.00000000",
    units: str = "NS",
    currency: str = "<curCd>USD</curCd>",
    value: str = "5000000.00000000",
    payoff: str = "Long",
    asset_category: str = "EC",
    issuer: str = "<issuerCat>CORP</issuerCat>",
    country: str = "US",
    level: str = "1",
    more: str = "",
) -> str:
    """One position of a report."""
    return (
        f"<invstOrSec><name>{escape(name)}</name><lei>{lei}</lei><title>{escape(title)}</title>"
        f"<cusip>{cusip}</cusip><identifiers>{identifiers}</identifiers><balance>{balance}</balance>"
        f"<units>{units}</units>{currency}<valUSD>{value}</valUSD><pctVal>0.5000</pctVal>"
        f"<payoffProfile>{payoff}</payoffProfile><assetCat>{asset_category}</assetCat>{issuer}"
        f"<invCountry>{country}</invCountry><isRestrictedSec>N</isRestrictedSec>"
        f"<fairValLevel>{level}</fairValLevel>{more}"
        "<securityLending><isLoanByFund>N</isLoanByFund></securityLending></invstOrSec>"
    )


def document(
    *positions: str,
    series: str = SERIES,
    cik: str = "0001234567",
    kind: str = "NPORT-P",
    list_date: str = "2021-03-31",
    fiscal_year_end: str = "2022-03-31",
    net_assets: str = "10000000.00",
) -> bytes:
    """A Form N-PORT document as EDGAR keeps it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><edgarSubmission xmlns="http://www.sec.gov/edgar/nport">'
        f"<headerData><submissionType>{kind}</submissionType><filerInfo><seriesClassInfo>"
        f"<seriesId>{series}</seriesId><classId>C000000001</classId></seriesClassInfo></filerInfo></headerData>"
        f"<formData><genInfo><regName>A Trust</regName><regCik>{cik}</regCik>"
        f"<seriesName>One Russell 2000 Fund</seriesName><seriesId>{series}</seriesId>"
        f"<repPdEnd>{fiscal_year_end}</repPdEnd><repPdDate>{list_date}</repPdDate></genInfo>"
        f"<fundInfo><totAssets>10100000.00</totAssets><netAssets>{net_assets}</netAssets></fundInfo>"
        f"<invstOrSecs>{''.join(positions)}</invstOrSecs></formData></edgarSubmission>"
    ).encode()


FAILS_HEADER = "SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE"


def fails_file(*rows: str, stated: int | None = None, end: str = "\n") -> bytes:
    """A fails-to-deliver file with its two trailer lines."""
    count = len(rows) if stated is None else stated
    trailer = [f"Trailer record count {count}", "Trailer total quantity of shares 4711"]
    return (end.join([FAILS_HEADER, *rows, *trailer]) + end).encode("cp1252")


def fails(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """Rows of fails-to-deliver files: settlement day, CUSIP, symbol, name."""
    return pl.DataFrame(
        [
            {**dict.fromkeys(FAILS_SCHEMA), "settlement_date": dt.date.fromisoformat(day), "cusip": cusip,
             "symbol": symbol, "name": name}
            for day, cusip, symbol, name in rows
        ],
        schema=FAILS_SCHEMA,
    )  # fmt: skip


FILED_SCHEMA = {
    "cik": pl.String, "name": pl.String, "former": pl.String, "changed": pl.Date, "filed": pl.Date,
}  # fmt: skip


def records(
    *,
    fails: pl.DataFrame | None = None,
    tickers: list[tuple[str, str, str]] | None = None,
    submitted: list[tuple[str, str, dt.date | None, dt.date | None]] | None = None,
    filed: list[tuple[str, str, str | None, dt.date | None, dt.date]] | None = None,
    indexed: list[tuple[str, str, str, dt.date]] | None = None,
    successions: tuple = (),
    aliases: pl.DataFrame = ALIASES,
) -> Records:
    """Records of the SEC, empty where none are given; CIKs have ten digits."""
    today = [(cik, name, ticker, "Nasdaq") for cik, name, ticker in tickers or []]
    index = pl.DataFrame(indexed or [], schema=["cik", "name", "form", "filed"], orient="row")
    return Records(
        fails=pl.DataFrame(schema=FAILS_SCHEMA) if fails is None else fails,
        tickers=pl.DataFrame(today, schema=COMPANIES_SCHEMA, orient="row"),
        submitted=pl.DataFrame(submitted or [], schema=NAMES_SCHEMA, orient="row"),
        filed=pl.DataFrame(filed or [], schema=FILED_SCHEMA, orient="row"),
        indexed=pl.DataFrame(
            {name: index[name] if name in index.columns else [None] * index.height for name in INDEX_SCHEMA},
            schema=INDEX_SCHEMA,
        ),
        successions=successions,
        aliases=aliases,
    )


def as_json(value: object) -> bytes:
    """A JSON response."""
    return json.dumps(value).encode()
