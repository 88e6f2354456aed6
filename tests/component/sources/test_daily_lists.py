"""The fund's file of the day: the list of the running month, in which no report is public yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.ishares.holdings import Holdings, read_holdings
from smallcap.sources.nport.choice import DAILY, Basis, chosen_lists
from smallcap.sources.public.daily import DailyLists, as_list
from smallcap.sources.whois.lines import listed_lines, with_line_id
from tests.component.sources.crafted import RULES, holdings, line
from tests.component.sources.crafted_sec import FUND
from tests.component.sources.test_nport_choice import listed

JUNE = pl.date_range(dt.date(2021, 6, 1), dt.date(2021, 6, 30), eager=True)
SESSIONS = JUNE.filter(JUNE.dt.weekday() <= 5)
TODAY = dt.date(2021, 6, 16)
NAME = f"{FUND.fund}{DAILY}"


def held(day: dt.date, *tickers: str) -> Holdings:
    """A holdings file of a day, with the cash that every file has."""
    rows = [
        *(line(ticker, f"{ticker} CO") for ticker in tickers),
        line("USD", "USD CASH", asset_class="Cash"),
    ]
    return replace(read_holdings(holdings(rows), "IWM_holdings.csv", RULES), as_of=day)


@dataclass
class Site:
    """A site with one current file, and the files that were downloaded before."""

    current: Holdings | None
    before: list[Holdings] = field(default_factory=list)
    asked: int = 0
    read: list[dt.date] = field(default_factory=list)

    def latest(self) -> Holdings:
        self.asked += 1
        if self.current is None:
            raise InputError("the site answered with a web page")
        return self.current

    def kept_by_day(self) -> Mapping[dt.date, Callable[[], Holdings]]:
        return {one.as_of: partial(self._read, one) for one in self.before}

    def _read(self, one: Holdings) -> Holdings:
        self.read.append(one.as_of)
        return one


def dates(site: Site, day: dt.date) -> list[dt.date]:
    return [one.list_date for one in DailyLists(site, FUND, TODAY).until(day, SESSIONS)[0]]


def test_a_file_is_a_list_of_its_own_fund_known_on_the_next_session():
    found = as_list(held(dt.date(2021, 6, 11), "AAA", "BBB"), FUND, SESSIONS)
    assert (found.fund, found.list_date, found.available_date) == (
        NAME,
        dt.date(2021, 6, 11),
        dt.date(2021, 6, 14),
    )
    assert found.rows.select("ticker", "fund", "snapshot_date").rows() == [
        ("AAA", NAME, dt.date(2021, 6, 11)),
        ("BBB", NAME, dt.date(2021, 6, 11)),
    ]
    assert found.refused["rule"].to_list() == ["not_equity"]
    assert listed_lines([found]).select("cusip", "reported_ticker").rows() == [(None, "AAA"), (None, "BBB")]


def test_the_site_is_asked_once_and_for_the_running_month_alone():
    site = Site(held(dt.date(2021, 6, 15), "AAA"))
    lists = DailyLists(site, FUND, TODAY)
    assert lists.until(dt.date(2021, 5, 31), SESSIONS) == ([], [])
    assert site.asked == 0
    for _ in range(2):
        assert [one.list_date for one in lists.until(TODAY, SESSIONS)[0]] == [dt.date(2021, 6, 15)]
    assert site.asked == 1


def test_of_the_files_that_were_kept_the_last_of_each_month_serves():
    kept = [
        held(dt.date(2021, month, day), "AAA") for month, day in [(4, 6), (4, 29), (4, 12), (5, 3), (6, 14)]
    ]
    assert dates(Site(held(dt.date(2021, 6, 15), "AAA"), kept), TODAY) == [
        dt.date(2021, 4, 29),
        dt.date(2021, 5, 3),
        dt.date(2021, 6, 15),
    ]
    assert dates(Site(None, kept), dt.date(2021, 4, 20)) == [dt.date(2021, 4, 12)]


def test_of_many_files_only_the_last_of_each_month_is_read_and_once() -> None:
    days = [dt.date(2021, 5, 3) + dt.timedelta(days=number) for number in range(25)]
    site = Site(None, [held(day, "AAA") for day in days])
    lists = DailyLists(site, FUND, TODAY)
    for _ in range(3):
        lists.until(TODAY, SESSIONS)
    assert site.read == [days[-1]]


def test_a_file_later_than_the_clock_is_not_known():
    assert dates(Site(held(dt.date(2021, 6, 17), "AAA")), TODAY) == []


def test_without_the_file_the_reports_serve_and_a_notice_says_why():
    lists, notices = DailyLists(Site(None), FUND, TODAY).until(TODAY, SESSIONS)
    assert lists == []
    assert notices == [
        f"the file of the day of {FUND.fund} cannot be used (the site answered with a web page); the newest "
        "public report serves instead"
    ]


def test_in_the_running_month_the_file_serves_and_before_it_the_report():
    report = listed(dt.date(2021, 3, 31))
    file = as_list(held(dt.date(2021, 6, 11), "AAA"), FUND, SESSIONS)
    asked = [dt.date(2021, 5, 31), dt.date(2021, 6, 11), dt.date(2021, 6, 14)]
    chosen = chosen_lists([report, file], (FUND,), asked, Basis(evidence_from=dt.date(2021, 6, 1)))
    # On the day of the list itself the file is not public yet.
    assert chosen["fund"].to_list() == [FUND.fund, FUND.fund, NAME]


def test_a_line_of_the_file_goes_on_as_the_line_of_the_report_of_the_same_company_and_ticker():
    resolved = pl.DataFrame(
        {
            "source_id": ["cusip:000000AA1", "ticker:AAA:AAA CO", "ticker:AAA:OTHER CO"],
            "list_date": [dt.date(2021, 3, 31), dt.date(2021, 6, 11), dt.date(2021, 7, 1)],
            "cik": ["0000000001", "0000000001", "0000000002"],
            "ticker": ["AAA", "AAA", "AAA"],
        }
    )
    assert with_line_id(resolved)["line_id"].to_list() == [
        "cusip:000000AA1",
        "cusip:000000AA1",
        "ticker:AAA:OTHER CO",
    ]


def test_a_kept_file_that_the_rules_refuse_now_is_told_and_left_out():
    class Strict(Site):
        def _read(self, one: Holdings) -> Holdings:
            raise InputError("has 1 members")

    lists, notices = DailyLists(Strict(None, [held(dt.date(2021, 5, 28), "AAA")]), FUND, TODAY).until(
        dt.date(2021, 5, 31), SESSIONS
    )
    assert lists == []
    assert notices == [f"the kept file of 2021-05-28 of {FUND.fund} is not used: has 1 members"]
