"""Which reports of its holdings each fund of an index has filed, by EDGAR's feed of the fund's series."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.edgar import SecRecords
from smallcap.sources.sec_index.feed import read_feed
from smallcap.sources.sec_index.tickers import read_fund_tickers

PAGE: Final = 100
"""Entries of a page of the feed."""
MOST_PAGES: Final = 20
LONGEST_LAG_DAYS: Final = 75
"""A report is filed within 60 days of the date of its holdings; one that is late has a few more."""


@dataclass(frozen=True)
class FiledReport:
    """A report that a fund has filed.

    Attributes
    ----------
    fund
        The fund, with its registrant and series.
    accession
        The filing's number.
    filed
        The day of filing.
    is_amendment
        Whether it replaces an earlier report.
    list_date
        The date of its holdings by the fund's reporting months; the document itself decides.
    """

    fund: FundRow
    accession: str
    filed: dt.date
    is_amendment: bool
    list_date: dt.date

    @property
    def request(self) -> dict[str, str]:
        """What the address of its document is filled in with."""
        registrant = str(int(self.fund.cik or "0"))
        return {"cik": registrant, "accession": self.accession.replace("-", "")}


def filed_reports(
    records: SecRecords, funds: Sequence[FundRow], index: str, clock: dt.date, max_age: dt.timedelta
) -> tuple[list[FiledReport], tuple[str, ...]]:
    """Return the reports of an index's funds that were filed by a day, and notices.

    Parameters
    ----------
    records
        The SEC's files.
    funds
        The rows of index_funds.csv.
    index
        Our name of the index.
    clock
        Reports filed later are left out.
    max_age
        An older feed is asked for again.

    Returns
    -------
    tuple
        The reports by list date, fund in the order of the file, and filing; and a sentence for each fund
        whose series nobody knows.
    """
    followed = [fund for fund in funds if fund.index == index]
    reports: list[FiledReport] = []
    notices: list[str] = []
    for fund in followed:
        known = _with_series(records, fund, max_age)
        if known is None:
            notices.append(
                f"{fund.fund}: the SEC's list of fund tickers does not have it, so its reports are not used"
            )
            continue
        for row in _feed(records, known, max_age).filter(pl.col("filed") <= clock).iter_rows(named=True):
            report = _report(known, row)
            if report is not None:
                reports.append(report)
    order = {fund.fund: place for place, fund in enumerate(followed)}
    return sorted(reports, key=lambda one: (one.list_date, order[one.fund.fund], one.filed)), tuple(notices)


def _with_series(records: SecRecords, fund: FundRow, max_age: dt.timedelta) -> FundRow | None:
    """Complete a fund's registrant, series and class by its ticker."""
    if fund.series_id is not None and fund.cik is not None:
        return fund
    payload = records.fetch("fund_tickers", {}, max_age)
    if payload is None:
        return None
    listed = read_fund_tickers(payload).filter(pl.col("ticker") == fund.fund)
    if fund.cik is not None:
        listed = listed.filter(pl.col("cik") == fund.cik)
    if listed.height != 1:
        return None
    row = listed.row(0, named=True)
    return dataclasses.replace(fund, cik=row["cik"], series_id=row["series_id"], class_id=row["class_id"])


def _feed(records: SecRecords, fund: FundRow, max_age: dt.timedelta) -> pl.DataFrame:
    pages = []
    for page in range(MOST_PAGES):
        names = {"series": str(fund.series_id), "start": str(page * PAGE)}
        payload = records.fetch("series_filings", names, max_age)
        if payload is None:
            break
        pages.append(read_feed(payload, f"feed of {fund.fund} ({fund.series_id})"))
        if pages[-1].height < PAGE:
            break
    return pl.concat(pages).unique().sort("filed", "accession") if pages else read_empty()


def read_empty() -> pl.DataFrame:
    """Return a feed without entries."""
    return pl.DataFrame(schema={"accession": pl.String, "form": pl.String, "filed": pl.Date})


def _report(fund: FundRow, row: dict[str, object]) -> FiledReport | None:
    form, filed = str(row["form"]), row["filed"]
    assert isinstance(filed, dt.date)
    if form not in ("NPORT-P", "NPORT-P/A"):
        return None
    list_date = last_report_date(fund.report_months, filed)
    return FiledReport(fund, str(row["accession"]), filed, form.endswith("/A"), list_date)


def last_report_date(months: Sequence[int], filed: dt.date) -> dt.date:
    """Return the newest end of a reporting month before a day."""
    year, month = filed.year, filed.month
    while True:
        month -= 1
        if month == 0:
            year, month = year - 1, 12
        if month in months:
            return dt.date(year, month, calendar.monthrange(year, month)[1])
