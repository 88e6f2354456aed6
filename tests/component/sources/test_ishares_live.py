"""The live holdings: which body counts, which day answers for an as_of, and what is never asked twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.sources.base import CONSTITUENTS_COLUMNS
from smallcap.sources.fetching import TransientError
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.ishares.download import HoldingsSite, of_downloads
from smallcap.sources.ishares.live import IsharesLists
from smallcap.sources.public.daily import DailyLists
from tests.component.sources.crafted import ALIASES, RULES, holdings, line
from tests.component.sources.crafted_sec import FUND
from tests.component.sources.fetchers import Bench
from tests.component.sources.scripted_server import Answer, scripted

LIMITS = HttpLimits(timeout_seconds=5.0, max_bytes=1_000_000)
TUESDAY = dt.date(2026, 5, 5)
MONDAY = dt.date(2026, 5, 4)
FRIDAY = dt.date(2026, 5, 1)
LONG_AGO = dt.date(2024, 7, 31)
PAGE = b"<!DOCTYPE html><html><body>Please wait</body></html>"
MEMBERS = [line("ABCD"), line("MOGA", "MOOG INC CLASS A"), line("EFGH", 'QUOTES, "COMMAS" & <B>../..</B> CO')]


def served(day: dt.date, lines: list[list[str]] | None = None, **options: str) -> bytes:
    return holdings(MEMBERS if lines is None else lines, **{"as_of": f"{day:%b %d, %Y}", **options})


NO_LIST = holdings([], as_of="-")


class Site:
    """The fund's two addresses: the classic one by day, the new one for the newest list."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.by_day: dict[dt.date, bytes | Answer] = {}
        self.otherwise: bytes | Answer = NO_LIST
        self.latest: bytes | Answer = PAGE
        self.asked: list[str] = []

    def __call__(self, path: str, _: int) -> Answer:
        parts = urlsplit(path)
        assert parts.path.startswith("/us/products/239710/")
        if parts.path.endswith("/latest-holdings.csv"):
            self.asked.append("latest")
            given = self.latest
        else:
            [day] = parse_qs(parts.query)["asOfDate"]
            self.asked.append(day)
            given = self.by_day.get(dt.datetime.strptime(day, "%Y%m%d").date(), self.otherwise)
        return given if isinstance(given, Answer) else Answer(given)

    def source(self, url: str, *, today: dt.date = TUESDAY, min_members: int | None = 2) -> IsharesLists:
        return IsharesLists(
            self.bench.fetcher,
            LIMITS,
            base_url=url,
            index="russell2000",
            rules=RULES,
            aliases=ALIASES,
            today=today,
            latest_max_age=dt.timedelta(hours=6),
            min_members=min_members,
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_list_of_the_day_gives_the_members(site: Site) -> None:
    site.by_day[LONG_AGO] = served(LONG_AGO)
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([LONG_AGO])
    assert delivery.rows.schema == CONSTITUENTS_COLUMNS
    assert delivery.rows["ticker"].to_list() == ["ABCD", "EFGH", "MOGA"]
    assert delivery.rows.select("as_of", "snapshot_date", "source").unique().rows() == [
        (LONG_AGO, LONG_AGO, "ishares")
    ]
    assert delivery.rows["name"][1] == 'QUOTES, "COMMAS" & <B>../..</B> CO'
    assert delivery.notices == ()
    assert site.asked == ["20240731"]


def test_every_row_that_is_no_member_is_refused_with_its_reason(site: Site) -> None:
    others = [
        line("USD", "USD CASH", asset_class="Cash"),
        line("ZZQA", "PRETEND CVR"),
        line("-", "NOBODY"),
        line("GONE", exchange="NO MARKET (E.G. UNLISTED)"),
        line("DEAD", price="0.00"),
        line("TINY", market_value="36.00"),
        line("ABCD", market_value="1,000,000.00"),
    ]
    site.by_day[LONG_AGO] = served(LONG_AGO, [*MEMBERS, *others])
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([LONG_AGO])
    assert delivery.rows.height == 3
    assert delivery.refused["year"].unique().to_list() == [2024]
    assert {
        (row["rule"], json.loads(row["row_json"])["ticker"]) for row in delivery.refused.iter_rows(named=True)
    } == {
        ("not_equity", "USD"),
        ("not_common_stock", "ZZQA"),
        ("ticker_missing", "-"),
        ("exchange_not_listed", "GONE"),
        ("price_too_low", "DEAD"),
        ("market_value_too_low", "TINY"),
        ("duplicate_ticker", "ABCD"),
    }


def test_the_ticker_styles_of_both_addresses_name_one_line(site: Site) -> None:
    site.by_day[MONDAY] = served(MONDAY, [line("MOGA", "MOOG INC CLASS A"), line("ABCD")])
    site.by_day[FRIDAY] = served(FRIDAY, [line("MOG A", "MOOG INC CLASS A"), line("ABCD")])
    with scripted(site) as server:
        source = site.source(server.url)
        delivery = source.constituents([FRIDAY, MONDAY])
    assert delivery.rows.filter(pl.col("ticker").str.starts_with("MOG"))["source_id"].n_unique() == 1
    assert set(delivery.rows["source_id"]) <= set(source.securities().rows["source_id"])


def test_a_weekend_is_answered_by_its_friday_without_asking_for_the_weekend(site: Site) -> None:
    site.by_day[FRIDAY] = served(FRIDAY)
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([FRIDAY + dt.timedelta(days=2)])
    assert delivery.rows["snapshot_date"].unique().to_list() == [FRIDAY]
    assert delivery.notices == ()
    assert site.asked == ["20260501"]


def test_a_day_without_a_list_is_answered_by_the_nearest_earlier_session_and_told(site: Site) -> None:
    site.by_day[dt.date(2024, 7, 29)] = served(dt.date(2024, 7, 29))
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([LONG_AGO])
    assert delivery.rows["snapshot_date"].unique().to_list() == [dt.date(2024, 7, 29)]
    assert delivery.notices == ("ishares: the list of 2024-07-29 is used for 2024-07-31",)
    assert site.asked == ["20240731", "20240730", "20240729"]


def test_a_list_of_eight_days_before_answers_for_nothing(site: Site) -> None:
    site.by_day[LONG_AGO - dt.timedelta(days=8)] = served(LONG_AGO - dt.timedelta(days=8))
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([LONG_AGO])
    assert delivery.rows.is_empty()
    assert delivery.rows.schema == CONSTITUENTS_COLUMNS
    assert delivery.notices == (
        "ishares: there is no list of russell2000 for 2024-07-31 or the 7 days before it",
    )


BODIES = {
    "a web page": (PAGE, "is a web page"),
    "another fund": (served(LONG_AGO, fund="iShares Core S&P 500 ETF"), "wrong fund"),
    "another day": (served(TUESDAY), "answered with the list of 2026-05-05, not of 2024-07-31"),
    "a cut body": (served(LONG_AGO)[:-400], "truncated"),
    "too few members": (served(LONG_AGO, MEMBERS[:1]), "1 members; between 2"),
    "nothing": (b"", "is empty"),
    "not found": (Answer(b"", 404), "answered 404"),
    "text for a number": (served(LONG_AGO, [*MEMBERS, line("WORD", price="n/a")]), "'n/a' is not a number"),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_does_not_count_is_never_taken_nor_kept(site: Site, case: str) -> None:
    body, message = BODIES[case]
    site.otherwise = body
    with scripted(site) as server, pytest.raises(InputError) as caught:
        site.source(server.url).constituents([LONG_AGO])
    assert message in str(caught.value)
    assert site.bench.snapshots.frame().is_empty()


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("case", BODIES)
def test_after_the_fault_only_what_is_missing_is_asked_for(site: Site, case: str) -> None:
    earlier = dt.date(2024, 6, 28)
    site.by_day[earlier] = served(earlier)
    site.otherwise, _ = BODIES[case]
    with scripted(site) as server:
        with pytest.raises(InputError):
            site.source(server.url).constituents([earlier, LONG_AGO])
        site.asked.clear()
        site.by_day[LONG_AGO] = served(LONG_AGO)
        delivery = site.source(server.url).constituents([earlier, LONG_AGO])
    assert site.asked == ["20240731"]
    assert delivery.rows["as_of"].unique().sort().to_list() == [earlier, LONG_AGO]


def test_a_refused_body_lets_an_earlier_list_answer_and_the_refusal_is_told(site: Site) -> None:
    site.by_day = {LONG_AGO: PAGE, dt.date(2024, 7, 30): served(dt.date(2024, 7, 30))}
    with scripted(site) as server:
        [notice] = site.source(server.url).constituents([LONG_AGO]).notices
    assert notice.startswith(
        "ishares: the list of 2024-07-30 is used for 2024-07-31; 1 responses were refused, the "
        "first: holdings file"
    )


def test_a_body_that_is_sent_twice_counts_once(site: Site) -> None:
    site.by_day[LONG_AGO] = holdings(MEMBERS, as_of="Jul 31, 2024", copies=2)
    with scripted(site) as server:
        assert site.source(server.url).constituents([LONG_AGO]).rows.height == 3


def test_a_second_run_asks_nothing_not_even_for_days_that_had_no_list(site: Site) -> None:
    site.by_day[dt.date(2024, 7, 30)] = served(dt.date(2024, 7, 30))
    with scripted(site) as server:
        first = site.source(server.url).constituents([LONG_AGO])
        site.asked.clear()
        second = site.source(server.url).constituents([LONG_AGO])
    assert site.asked == []
    assert second.rows.equals(first.rows)
    assert second.notices == first.notices


def test_the_current_day_is_asked_at_the_classic_address_first_and_then_at_the_new_one(site: Site) -> None:
    site.latest = served(MONDAY)
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([TUESDAY])
    assert site.asked == ["20260505", "latest"]
    assert delivery.rows["snapshot_date"].unique().to_list() == [MONDAY]


def test_the_new_address_serves_where_the_classic_one_shows_a_web_page(site: Site) -> None:
    site.otherwise, site.latest = PAGE, served(MONDAY)
    with scripted(site) as server:
        delivery = site.source(server.url).constituents([TUESDAY])
    assert delivery.rows.height == 3
    assert "is a web page" in delivery.notices[0]


def test_the_new_address_never_answers_for_the_past(site: Site) -> None:
    site.latest = served(LONG_AGO)
    with scripted(site) as server:
        assert site.source(server.url).constituents([LONG_AGO]).rows.is_empty()
    assert "latest" not in site.asked


def test_a_new_list_is_asked_for_the_next_day_and_one_without_a_list_asked_again(site: Site) -> None:
    site.by_day[MONDAY] = served(MONDAY)
    with scripted(site) as server:
        site.source(server.url).constituents([TUESDAY])
        site.asked.clear()
        site.by_day[TUESDAY] = served(TUESDAY)
        site.bench.now += dt.timedelta(days=1)
        delivery = site.source(server.url, today=dt.date(2026, 5, 6)).constituents([TUESDAY])
    assert site.asked == ["20260505"]
    assert delivery.rows["snapshot_date"].unique().to_list() == [TUESDAY]


def test_a_day_is_read_from_its_first_download_only(site: Site) -> None:
    site.latest = served(MONDAY)
    with scripted(site) as server:
        first = site.source(server.url).constituents([TUESDAY]).rows
        site.by_day[MONDAY] = served(MONDAY, [line("NEWC"), line("NEWD")])
        second = site.source(server.url).constituents([TUESDAY]).rows
    assert second.equals(first)


def test_a_server_that_stays_down_stops_the_run_and_says_that_it_can_go_on(site: Site) -> None:
    site.otherwise = Answer(b"", 503)
    with (
        scripted(site) as server,
        pytest.raises(TransientError, match="4 attempts failed; run the same command again later"),
    ):
        site.source(server.url).constituents([LONG_AGO])


def test_a_whole_index_is_demanded_unless_told_otherwise(site: Site) -> None:
    site.otherwise = served(LONG_AGO)
    with (
        scripted(site) as server,
        pytest.raises(InputError, match="3 members; between 1850 and 5000 are plausible"),
    ):
        site.source(server.url, min_members=None).constituents([LONG_AGO])


def test_an_index_without_a_fund_is_named(site: Site) -> None:
    rules = dataclasses.replace(RULES, indexes=())
    with pytest.raises(InputError, match=r"no fund is known that tracks the index 'sp600' \(ishares\.toml"):
        IsharesLists(
            site.bench.fetcher,
            LIMITS,
            base_url="http://127.0.0.1:9",
            index="sp600",
            rules=rules,
            aliases=ALIASES,
            today=TUESDAY,
            latest_max_age=dt.timedelta(hours=6),
        )


def test_the_days_that_can_be_asked_for_are_the_sessions_since_the_site_has_lists(site: Site) -> None:
    days = site.source("http://127.0.0.1:9").membership_dates()
    assert (days[0], days[-1]) == (dt.date(2006, 9, 29), TUESDAY)
    assert dt.date(2026, 5, 3) not in days


# -- the file of the day of preset public ---------------------------------------------------------------


def test_the_file_of_the_day_is_asked_over_http_kept_and_served_again_without_asking(site: Site) -> None:
    sessions = pl.date_range(dt.date(2026, 4, 1), dt.date(2026, 5, 29), eager=True)
    fund = next(rule for rule in RULES.indexes if rule.name == "russell2000")

    def members(url: str, today: dt.date) -> dict[dt.date, list[str]]:
        files = HoldingsSite(
            site.bench.fetcher,
            LIMITS,
            base_url=url,
            fund=fund,
            rules=of_downloads(RULES, 2),
            today=today,
            latest_max_age=dt.timedelta(hours=6),
        )
        lists, notices = DailyLists(files, FUND, today).until(today, sessions)
        assert bool(notices) == (site.latest == PAGE)
        return {one.list_date: one.rows["ticker"].sort().to_list() for one in lists}

    with scripted(site) as server:
        site.latest = served(dt.date(2026, 4, 30))
        assert members(server.url, dt.date(2026, 4, 30)) == {dt.date(2026, 4, 30): ["ABCD", "EFGH", "MOGA"]}
        site.bench.now += dt.timedelta(days=5)
        site.latest = served(MONDAY, MEMBERS[:2])
        newer = members(server.url, TUESDAY)
        assert newer == {dt.date(2026, 4, 30): ["ABCD", "EFGH", "MOGA"], MONDAY: ["ABCD", "MOGA"]}
        # The site shows a web page now: what was kept still serves.
        site.bench.now += dt.timedelta(days=1)
        site.latest = PAGE
        assert members(server.url, TUESDAY) == newer
