"""What a run will ask the SEC for, and how much that is, counted without a request.

Before the lists are known the numbers are estimates, which the rules of `sec.toml` give.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.edgar import SecRecords
from smallcap.sources.edgar.files import FACTS
from smallcap.sources.nport.choice import REPLICATES
from smallcap.sources.public.filers import DATASET
from smallcap.sources.public.identity import FAILS, FUND_TICKERS, INDEX, SUBMISSIONS, TICKERS, half_months
from smallcap.sources.public.lists import FIRST_LIST, REPORT

FEED: Final = "series_filings"


class PlannedFiles(NamedTuple):
    """Files of one kind: how many are asked for, what they weigh, and what is uncertain about the number."""

    dataset: str
    requests: int
    megabytes: float
    remark: str


def planned_files(
    records: SecRecords,
    funds: Sequence[FundRow],
    index: str,
    years: Collection[int],
    clock: dt.date,
    known: Collection[str],
) -> list[PlannedFiles]:
    """Count the files that a run would begin with; what is at hand is not asked for again.

    Parameters
    ----------
    records
        The SEC's files.
    funds
        The rows of index_funds.csv.
    index
        Our name of the index.
    years
        The years of the run.
    clock
        The last day whose records are known.
    known
        The companies that the home knows; none before the first list.
    """
    followed = [fund for fund in funds if fund.index == index]
    days = _list_dates(followed, min(clock, dt.date(max(years), 12, 31)))
    halves = {half for day in days for half in half_months(day)}
    quarters = {str(day.year) for day in days}
    per_year = max(len(days) // max(len(quarters), 1), 1)
    further = records.rules.names_per_further_list
    ever = records.rules.members + further * max(len(days) - 1, 0)
    asked = records.rules.members + further * per_year * len(set(years))
    have_facts = records.received(FACTS, "cik")
    estimate = "an estimate: the lists are not known yet"
    counts = {
        FUND_TICKERS: (1, "where a fund's series is not known"),
        FEED: (len(followed), "one a fund and hundred reports"),
        REPORT: (len(days), "one a fund and quarter"),
        FAILS: (len(halves), "three half months a list"),
        TICKERS: (1, ""),
        INDEX: (len(quarters), "one a year"),
        DATASET: (len(quarters), "one a year, of which the table of filings is kept"),
        SUBMISSIONS: (len(known) or ever, f"{len(known)} known companies" if known else estimate),
        FACTS: (len(known) or asked, f"{len(known)} known companies" if known else estimate),
    }
    at_hand = {name: len(records.fetcher.snapshots.received("sec", name)) for name in counts}
    at_hand[FACTS] = len(set(known) & set(have_facts)) if known else len(have_facts)
    return [
        _planned(records, name, max(count - at_hand[name], 0), remark)
        for name, (count, remark) in counts.items()
    ]


def _planned(records: SecRecords, dataset: str, requests: int, remark: str) -> PlannedFiles:
    mean_bytes = records.rules.files.of(dataset).mean_bytes
    return PlannedFiles(dataset, requests, round(requests * mean_bytes / 1e6, 1), remark)


def _list_dates(funds: Sequence[FundRow], last: dt.date) -> list[dt.date]:
    """Return the dates of the lists that the funds which hold all members have, by their months."""
    whole = [fund for fund in funds if fund.kind == REPLICATES] or list(funds)
    return sorted(
        day
        for fund in whole
        for year in range(FIRST_LIST.year, last.year + 1)
        for month in fund.report_months
        if FIRST_LIST <= (day := dt.date(year, month, calendar.monthrange(year, month)[1])) <= last
    )
