"""Lists of members from funds' reports: which there are, fetched and read once each."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.base import REFUSED_SCHEMA
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.edgar import SecRecords
from smallcap.sources.nport.choice import REPLICATES
from smallcap.sources.nport.document import read_report
from smallcap.sources.nport.members import FundList, constituents, newest_versions
from smallcap.sources.public.daily import DailyLists
from smallcap.sources.public.fund_reports import FiledReport, filed_reports

_LOG = logging.getLogger(__name__)
FIRST_LIST: Final = dt.date(2019, 9, 30)
"""The form's first public reports are of this day."""
REPORT: Final = "fund_report"


class FundLists:
    """The lists of members that the funds of an index have filed.

    Parameters
    ----------
    records
        The SEC's files.
    funds
        The rows of index_funds.csv.
    rules
        The rules of holdings files.
    clock
        Reports filed later are not known.
    max_age
        An older feed of a fund's filings is asked for again.
    min_members
        Fewer members are implausible; None: the minimum of the rules.
    daily
        The file of the day of a fund that follows the index; None: reports alone.
    """

    def __init__(
        self,
        records: SecRecords,
        funds: Sequence[FundRow],
        rules: HoldingsRules,
        *,
        clock: dt.date,
        max_age: dt.timedelta,
        min_members: int | None,
        daily: DailyLists | None = None,
    ) -> None:
        self._records, self._funds, self._rules = records, funds, rules
        self._clock, self._max_age, self._min_members = clock, max_age, min_members
        self._daily = daily
        self._filed: dict[str, list[FiledReport]] = {}
        self._lists: dict[str, FundList | None] = {}
        self._sessions = nyse_sessions(FIRST_LIST, clock + dt.timedelta(days=31))
        self.notices: list[str] = []

    def dates(self, index: str) -> list[dt.date]:
        """Return the dates of the lists of an index, ascending."""
        return sorted({report.list_date for report in self.filed(index)})

    def filed(self, index: str) -> list[FiledReport]:
        """Return the reports that the index's funds have filed, by list date."""
        if index not in self._filed:
            found, notices = filed_reports(self._records, self._funds, index, self._clock, self._max_age)
            # A fund that samples the index serves only where no fund holds all of it.
            whole = [report for report in found if report.fund.kind == REPLICATES]
            self._filed[index] = whole or found
            self._tell(*notices)
        return self._filed[index]

    def until(self, index: str, day: dt.date) -> list[FundList]:
        """Return every list dated by a day, one per fund and date, fetching what is not at hand.

        Files of the day stand beside the reports under a name of their own.
        """
        wanted = [report for report in self.filed(index) if report.list_date <= day]
        self._records.fetch_all(REPORT, [report.request for report in wanted])
        read = [self._list(report) for report in wanted]
        reported = [one for one in read if one is not None and one.list_date <= day]
        return newest_versions([*reported, *self._of_the_day(index, day)])

    def _of_the_day(self, index: str, day: dt.date) -> list[FundList]:
        if self._daily is None or self._daily.index != index:
            return []
        lists, notices = self._daily.until(day, self._sessions)
        self._tell(*(notice for notice in notices if notice not in self.notices))
        return lists

    def _list(self, report: FiledReport) -> FundList | None:
        if report.accession not in self._lists:
            self._lists[report.accession] = self._read(report)
        return self._lists[report.accession]

    def _read(self, report: FiledReport) -> FundList | None:
        what = f"the report of {report.fund.fund} filed on {report.filed} ({report.accession})"
        payload = self._records.fetch(REPORT, report.request)
        if payload is None:
            self._tell(f"{what} has no document; the list is missing")
            return None
        try:
            found = constituents(
                read_report(payload, what),
                report.filed,
                report.fund,
                self._rules,
                self._sessions,
                self._min_members,
            )
        except InputError as error:
            # One report that cannot be used must not hide the others; the date then has no list.
            self._tell(str(error))
            return None
        self._tell(*found.notices)
        return found

    def _tell(self, *notices: str) -> None:
        for notice in notices:
            _LOG.warning("%s", notice)
            self.notices.append(notice)


def refused_of(lists: Collection[FundList]) -> pl.DataFrame:
    """Return the refused positions of lists."""
    return pl.concat([pl.DataFrame(schema=REFUSED_SCHEMA), *(one.refused for one in lists)])
