"""EDGAR's lists: today's tickers, a company's submissions, indexes of filings, and the data sets' `sub`."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import polars as pl

from tests.standin.sec_filings import Filing, filings_by_company
from tests.standin.sec_funds import reports
from tests.standin.universe import Universe

EXCHANGES: Final = {"Q": "Nasdaq", "N": "NYSE", "A": "NYSE"}
SUB_COLUMNS: Final = (
    "adsh", "cik", "name", "sic", "countryba", "stprba", "cityba", "zipba", "bas1", "bas2", "baph",
    "countryma", "stprma", "cityma", "zipma", "mas1", "mas2", "countryinc", "stprinc", "ein",
    "former", "changed", "afs", "wksi", "fye", "form", "period", "fy", "fp", "filed", "accepted",
    "prevrpt", "detail", "instance", "nciks", "aciks",
)  # fmt: skip
FORMERLY: Final = 7
"""Of so many companies one once had another name."""
RENAMED: Final = dt.date(2012, 3, 1)


@lru_cache(maxsize=2)
def companies(universe: Universe) -> dict[int, dict[str, object]]:
    """Return name, industry and issuing line of every company that files."""
    issuers = universe.lines.filter(
        pl.col("cik").is_not_null() & (pl.col("entity_id") == pl.col("issuer_id"))
    )
    found = {int(row["cik"]): row for row in issuers.iter_rows(named=True)}
    if universe.succession is not None:
        found[universe.succession.old_cik] = found[universe.succession.new_cik]
    return found


def name_on(cik: int, name: str, day: dt.date) -> str:
    """Return the name of a company on a day."""
    return f"FORMER {name.split()[0].upper()} CORP" if cik % FORMERLY == 0 and day < RENAMED else name.upper()


def company_tickers(universe: Universe, today: dt.date) -> bytes:
    """Write today's holders of tickers: those that died are not in it."""
    living = universe.spells.filter(
        (pl.col("valid_from") <= today) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= today))
    ).join(universe.lines.filter(pl.col("cik").is_not_null()), on="entity_id")
    rows = [
        [int(row["cik"]), row["entity_name"], row["ticker"], EXCHANGES.get(row["exchange_code"] or "", None)]
        for row in living.sort("ticker").iter_rows(named=True)
    ]
    return json.dumps({"fields": ["cik", "name", "ticker", "exchange"], "data": rows}).encode()


def submissions(universe: Universe, cik: int, today: dt.date) -> bytes | None:
    """Write a company's submissions; None where nobody has the key."""
    company = companies(universe).get(cik)
    if company is None:
        return None
    name = str(company["entity_name"])
    filed = [filing for filing in filings_by_company(universe)[cik] if filing.filed <= today][::-1]
    former = (
        [{"name": name_on(cik, name, dt.date.min), "from": "2004-01-02T00:00:00.000Z",
          "to": f"{RENAMED}T00:00:00.000Z"}]
        if cik % FORMERLY == 0
        else []
    )  # fmt: skip
    recent = {
        "accessionNumber": [filing.accession for filing in filed],
        "filingDate": [str(filing.filed) for filing in filed],
        "reportDate": [str(filing.period_end) for filing in filed],
        "acceptanceDateTime": [f"{filing.filed}T16:42:36.000Z" for filing in filed],
        "form": [filing.form for filing in filed],
        "isXBRL": [1] * len(filed),
        "primaryDocument": ["report.htm"] * len(filed),
    }
    document = {
        "cik": str(cik),
        "entityType": "operating",
        "sic": company["sic"] or "",
        "name": name.upper(),
        "tickers": [],
        "exchanges": [],
        "category": "Accelerated filer<br>Smaller reporting company",
        "fiscalYearEnd": "1231",
        "formerNames": former,
        "filings": {"recent": recent, "files": []},
    }
    return json.dumps(document).encode()


def company_index(universe: Universe, year: int, quarter: int, today: dt.date) -> bytes | None:
    """Write the index of a quarter's filings, sorted by company, in columns of fixed width."""
    of_quarter = [
        filing
        for filing in _filed(universe, today)
        if filing.filed.year == year and (filing.filed.month + 2) // 3 == quarter
    ]
    named = [
        (name_on(filing.cik, str(companies(universe)[filing.cik]["entity_name"]), filing.filed), filing)
        for filing in of_quarter
    ]
    rows = sorted(named, key=lambda row: (row[0], row[1].filed, row[1].accession))
    if not rows:
        return None
    lines = [
        f"{name[:61]:<62}{filing.form:<12}{filing.cik:<12}{filing.filed!s:<12}{_path(filing)}"
        for name, filing in rows
    ]
    head = (
        "Description:           Master Index of EDGAR Dissemination Feed by Company Name\n\n"
        f"{'Company Name':<62}{'Form Type':<12}{'CIK':<12}{'Date Filed':<12}File Name\n{'-' * 140}\n"
    )
    return (head + "\n".join(lines) + "\n").encode("latin-1", errors="replace")


def daily_index(universe: Universe, day: dt.date, today: dt.date) -> bytes | None:
    """Write the master index of a day; none of a weekend, and none before the day is over."""
    if day.weekday() > 4 or day >= today:
        return None
    lines = [
        f"{filing.cik}|{name_on(filing.cik, str(companies(universe)[filing.cik]['entity_name']), day)}|"
        f"{filing.form}|{filing.filed:%Y%m%d}|{_path(filing)}"
        for filing in _filed(universe, today)
        if filing.filed == day
    ]
    lines += [
        f"{report.fund.cik}|MADE-UP TRUST|{report.form}|{day:%Y%m%d}|edgar/data/{report.fund.cik}/x.txt"
        for report in reports(universe)
        if report.filed == day
    ]
    head = (
        "Description:           Daily Index of EDGAR Dissemination Feed\n\n"
        f"CIK|Company Name|Form Type|Date Filed|File Name\n{'-' * 80}\n"
    )
    return (head + "".join(f"{line}\n" for line in lines)).encode("latin-1", errors="replace")


def statement_set(universe: Universe, year: int, quarter: int, today: dt.date) -> bytes | None:
    """Write a quarter's data set, of which only `sub` has rows."""
    filings = [
        filing
        for filing in _filed(universe, today)
        if filing.filed.year == year and (filing.filed.month + 2) // 3 == quarter and filing.fp
    ]
    if not filings:
        return None
    rows = ["\t".join(SUB_COLUMNS), *("\t".join(_sub(universe, filing)) for filing in filings)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sub.txt", "\n".join(rows) + "\n")
        for name in ("num", "tag", "pre"):
            archive.writestr(f"{name}.txt", "adsh\ttag\tversion\n")
    return buffer.getvalue()


def _sub(universe: Universe, filing: Filing) -> Iterable[str]:
    company = companies(universe)[filing.cik]
    name = name_on(filing.cik, str(company["entity_name"]), filing.filed)
    values = {
        "adsh": filing.accession,
        "cik": str(filing.cik),
        "name": name,
        "sic": str(company["sic"] or ""),
        "countryba": "US",
        "afs": "2-ACC",
        "wksi": "0",
        "form": filing.form,
        "period": f"{filing.period_end:%Y%m%d}",
        "fy": str(filing.fy),
        "fp": filing.fp,
        "filed": f"{filing.filed:%Y%m%d}",
        "accepted": f"{filing.filed} 16:42:00.0",
        "nciks": "1",
    }
    return (values.get(column, "") for column in SUB_COLUMNS)


def _filed(universe: Universe, today: dt.date) -> Iterator[Filing]:
    for filings in filings_by_company(universe).values():
        yield from (filing for filing in filings if filing.filed <= today)


def _path(filing: Filing) -> str:
    return f"edgar/data/{filing.cik}/{filing.accession}.txt"
