"""Funds' reports of their holdings: Form N-PORT documents, the feed of a series, the search, fund tickers.

Beside the funds of the index there is one that merely holds the index fund, which a full-text search finds
too.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Any, Final

import polars as pl

from tests.standin.universe import Universe

FIRST_LIST: Final = dt.date(2019, 9, 30)
FILED_AFTER_DAYS: Final = 56
AMENDED_AFTER_DAYS: Final = 20
NAMESPACE: Final = "http://www.sec.gov/edgar/nport"
LOCATIONS: Final = {"Bermuda": "BM", "Canada": "CA", "Israel": "IL"}
AMENDED: Final = dt.date(2023, 12, 31)
"""The report of this date leaves out a member; its amendment has it."""
BLANK_FIRST_LINE: Final = 5
"""Of so many reports one begins with a blank line."""


@dataclass(frozen=True)
class Fund:
    """A fund that reports at the end of some months of the year."""

    ticker: str
    cik: int
    series: str
    class_id: str
    name: str
    months: tuple[int, ...]


FUNDS: Final = (
    Fund("IWM", 1100663, "S000004344", "C000012074", "Imaginary Small Cap Index Fund", (3, 6, 9, 12)),
    Fund("VTWO", 36405, "S000099002", "C000099002", "Pretend Small Company Fund", (2, 5, 8, 11)),
    Fund("FSSNX", 35315, "S000099003", "C000099003", "Invented Small Cap Index Fund", (1, 4, 7, 10)),
)
HOLDER: Final = Fund(
    "ZZHF", 9999999, "S000099009", "C000099009", "Fund of Made-up Index Funds", (3, 6, 9, 12)
)
"""Holds the index fund and is none of its kind."""


@dataclass(frozen=True)
class Report:
    """A filed report of a fund's holdings."""

    fund: Fund
    list_date: dt.date
    filed: dt.date
    form: str
    number: int

    @property
    def accession(self) -> str:
        return f"{self.fund.cik:010d}-{self.filed:%y}-{self.number:06d}"


@lru_cache(maxsize=2)
def reports(universe: Universe) -> tuple[Report, ...]:
    """Return every report of every fund, oldest first."""
    dates = universe.lists["list_date"].unique().sort().to_list()
    found: list[Report] = []
    for fund in (*FUNDS, HOLDER):
        for date in dates:
            if date < FIRST_LIST or date.month not in fund.months:
                continue
            filed = date + dt.timedelta(FILED_AFTER_DAYS)
            found.append(Report(fund, date, filed, "NPORT-P", 0))
            if date == AMENDED:
                later = filed + dt.timedelta(AMENDED_AFTER_DAYS)
                found.append(Report(fund, date, later, "NPORT-P/A", 0))
    ordered = sorted(found, key=lambda report: (report.filed, report.fund.ticker))
    return tuple(replace(report, number=number) for number, report in enumerate(ordered, start=100_000))


def fund_tickers() -> bytes:
    """Write the list of funds' tickers."""
    rows = [[fund.cik, fund.series, fund.class_id, fund.ticker] for fund in (*FUNDS, HOLDER)]
    return json.dumps({"fields": ["cik", "seriesId", "classId", "symbol"], "data": rows}).encode()


def feed(universe: Universe, series: str, start: int, count: int, today: dt.date) -> bytes | None:
    """Write the feed of a series' reports, newest first; None for a series that nobody has."""
    if series not in {fund.series for fund in (*FUNDS, HOLDER)}:
        return None
    filed = [report for report in reports(universe) if report.fund.series == series and report.filed <= today]
    entries = "".join(_entry(report) for report in filed[::-1][start : start + count])
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>Filings of {series}</title>\n{entries}</feed>\n"
    ).encode("latin-1")


def _entry(report: Report) -> str:
    folder = f"/Archives/edgar/data/{report.fund.cik}/{report.accession.replace('-', '')}"
    return (
        f'<entry><category label="form type" term="{report.form}" />\n<content type="text/xml">'
        f"<accession-number>{report.accession}</accession-number>"
        f"<filing-date>{report.filed}</filing-date>"
        f"<filing-href>https://www.sec.gov{folder}/{report.accession}-index.htm</filing-href>"
        f"<filing-type>{report.form}</filing-type></content>"
        f"<updated>{report.filed}T16:00:00-04:00</updated></entry>\n"
    )


def search(universe: Universe, series: str, today: dt.date) -> bytes:
    """Write what a full-text search for a series finds: its reports, and those of funds that hold it."""
    found = [
        report
        for report in reports(universe)
        if report.fund.series in (series, HOLDER.series) and report.filed <= today
    ]
    hits = [
        {
            "_id": f"{report.accession}:primary_doc.xml",
            "_source": {
                "ciks": [f"{report.fund.cik:010d}"],
                "form": report.form,
                "file_date": str(report.filed),
                "period_ending": str(report.list_date),
            },
        }
        for report in found
    ]
    return json.dumps({"hits": {"total": {"value": len(hits)}, "hits": hits}}).encode()


def document(universe: Universe, accession: str, today: dt.date) -> bytes | None:
    """Write the document of a report; None where there is none."""
    found = [
        report
        for report in reports(universe)
        if report.accession.replace("-", "") == accession and report.filed <= today
    ]
    return _document(universe, found[0]) if found else None


def _document(universe: Universe, report: Report) -> bytes:
    fund = report.fund
    rows = universe.lists.filter(pl.col("list_date") == report.list_date).to_dicts()
    if report.list_date == AMENDED and report.form == "NPORT-P":
        rows = rows[1:]
    positions = (
        [_held_fund()] if fund is HOLDER else [_position(row, cusip_of(row["entity_id"])) for row in rows]
    )
    value = sum(row["market_value_usd"] or 0.0 for row in rows)
    year_end = dt.date(report.list_date.year + 1, 3, 31)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<edgarSubmission xmlns="{NAMESPACE}">'
        f"<headerData><submissionType>{report.form}</submissionType><filerInfo><seriesClassInfo>"
        f"<seriesId>{fund.series}</seriesId><classId>{fund.class_id}</classId></seriesClassInfo></filerInfo>"
        f"</headerData><formData><genInfo><regName>Made-up Trust</regName><regCik>{fund.cik:010d}</regCik>"
        f"<seriesName>{escape(fund.name)}</seriesName><seriesId>{fund.series}</seriesId>"
        f"<repPdEnd>{year_end}</repPdEnd><repPdDate>{report.list_date}</repPdDate>"
        f"<isFinalFiling>N</isFinalFiling></genInfo><fundInfo><totAssets>{value * 1.01:.2f}</totAssets>"
        f"<netAssets>{value:.2f}</netAssets></fundInfo><invstOrSecs>"
        f"{''.join([*positions, *_OTHERS])}</invstOrSecs></formData></edgarSubmission>\n"
    )
    blank = "\n" if report.number % BLANK_FIRST_LINE == 0 else ""
    return (blank + body).encode()


def _position(row: dict[str, Any], cusip: str) -> str:
    country = LOCATIONS.get(row["location"] or "", "US")
    return _line(row["name"], cusip, row["quantity"] or 0.0, row["market_value_usd"] or 0.0, country=country)


def _line(
    name: str,
    cusip: str,
    balance: float,
    value: float,
    *,
    units: str = "NS",
    category: str = "EC",
    issuer: str = "CORP",
    country: str = "US",
    level: int = 1,
) -> str:
    return (
        f"<invstOrSec><name>{escape(name)}</name><lei>N/A</lei><title>{escape(name)}</title>"
        f'<cusip>{cusip}</cusip><identifiers><isin value="US{cusip}0"/></identifiers>'
        f"<balance>{balance:.8f}</balance><units>{units}</units><curCd>USD</curCd><valUSD>{value:.8f}</valUSD>"
        f"<pctVal>0.0500</pctVal><payoffProfile>Long</payoffProfile><assetCat>{category}</assetCat>"
        f"<issuerCat>{issuer}</issuerCat><invCountry>{country}</invCountry>"
        f"<isRestrictedSec>N</isRestrictedSec><fairValLevel>{level}</fairValLevel>"
        "<securityLending><isLoanByFund>N</isLoanByFund></securityLending></invstOrSec>"
    )


_OTHERS: Final = (
    _line("MADE-UP CASH FUND", "000000000", 41_250_112.4, 41_250_112.4, category="STIV", issuer="RF"),
    _line("RUSSELL 2000 EMINI CME", "N/A", 1_522.0, 172_310.0, units="NC", category="DFE", issuer="OTHER"),
    _line("PRETEND THERAPEUTICS INC CVR", "99999W110", 22_110.0, 14_210.33, level=3),
)
"""What a fund holds and the index does not have."""


def _held_fund() -> str:
    return _line("IMAGINARY SMALL CAP INDEX FUND", "46428X655", 1_000.0, 250_000.0, issuer="RF")


def cusip_of(entity_id: int) -> str:
    """Return the made-up CUSIP of a line, with a check digit that is right."""
    return _with_check_digit(f"{entity_id % 1_000_000:06d}" + "10")


def _with_check_digit(eight: str) -> str:
    total = 0
    for place, letter in enumerate(eight):
        value = int(letter, 36) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return f"{eight}{(10 - total % 10) % 10}"
