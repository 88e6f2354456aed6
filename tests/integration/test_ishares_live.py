"""The live holdings, from the stand-in over real HTTP: as the sample's own lists, and through every fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError, SmallcapError
from smallcap.finance.tickers import normalised
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.ishares.live import IsharesLists
from tests.component.sources.crafted import ALIASES, RULES
from tests.component.sources.fetchers import Bench
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

SMALL = 40
"""Members that are plausible in a universe of 60 companies."""
DAY = dt.date(2024, 7, 31)
SATURDAY = dt.date(2024, 8, 31)


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(sample_universe(60, 2000)) as standin:
        yield standin


@pytest.fixture
def site(running: StandIn) -> StandIn:
    running.reset()
    return running


def source(bench: Bench, site: StandIn) -> IsharesLists:
    return IsharesLists(
        bench.fetcher,
        HttpLimits(timeout_seconds=0.5, max_bytes=5_000_000),
        base_url=site.url,
        index="russell2000",
        rules=RULES,
        aliases=ALIASES,
        today=site.service.settings.today,
        latest_max_age=dt.timedelta(hours=6),
        min_members=SMALL,
    )


def tickers(rows: pl.DataFrame) -> set[str]:
    return set(rows.select(normalised(pl.col("ticker"))).to_series())


def test_the_members_are_those_of_the_sample_and_nothing_else(site: StandIn, tmp_path: Path) -> None:
    delivery = source(Bench(tmp_path), site).constituents([DAY, SATURDAY])
    lists = site.service.universe.lists
    for as_of, session in [(DAY, DAY), (SATURDAY, dt.date(2024, 8, 30))]:
        listed = lists.filter(
            pl.col("list_date") == lists.filter(pl.col("list_date") <= as_of)["list_date"].max()
        )
        members = delivery.rows.filter(pl.col("as_of") == as_of)
        # What is left of a merger stands in every list without a value, and is no stock: it is refused.
        is_leftover = listed["market_value_usd"] == 0
        assert tickers(members) == tickers(listed.filter(~is_leftover))
        named = listed.filter(is_leftover)["name"].to_list()
        assert named
        assert set(named) <= set(delivery.refused["row_json"].str.json_path_match("$.name"))
        assert members["snapshot_date"].unique().to_list() == [session]
    refused = delivery.refused["rule"].value_counts().rows_by_key("rule", unique=True)
    assert {"not_equity", "not_common_stock", "exchange_not_listed", "market_value_too_low"} <= set(refused)


def test_a_second_run_asks_nothing(site: StandIn, tmp_path: Path) -> None:
    first = source(Bench(tmp_path), site).constituents([DAY, SATURDAY])
    counted = site.counts()
    second = source(Bench(tmp_path), site).constituents([DAY, SATURDAY])
    assert site.counts() == counted
    assert sum(counted.values()) == 2
    assert second.rows.equals(first.rows)
    assert second.refused.equals(first.refused)


@pytest.mark.parametrize(
    "kind", ["rate_limited", "server_error", "unavailable", "timeout", "reset", "truncated"]
)
def test_a_passing_fault_is_met_by_asking_again(site: StandIn, tmp_path: Path, kind: str) -> None:
    site.fault("/us/products/*", kind)
    delivery = source(Bench(tmp_path), site).constituents([DAY])
    assert delivery.rows["snapshot_date"].unique().to_list() == [DAY]
    assert delivery.notices == ()


@pytest.mark.parametrize("kind", ["html", "wrong_key", "not_found", "server_error", "reset"])
def test_a_lasting_fault_is_an_error_and_afterwards_only_what_is_missing_is_asked_for(
    site: StandIn, tmp_path: Path, kind: str
) -> None:
    bench = Bench(tmp_path, max_retries=1)
    source(bench, site).constituents([DAY])
    before = bench.snapshots.frame()
    site.fault("/us/products/*", kind, count=None)
    with pytest.raises(SmallcapError):
        source(bench, site).constituents([DAY, SATURDAY])
    assert bench.snapshots.frame().equals(before)
    site.lift()
    asked = sum(site.counts().values())
    assert set(source(bench, site).constituents([DAY, SATURDAY]).rows["as_of"]) == {DAY, SATURDAY}
    assert sum(site.counts().values()) == asked + 1


def test_the_current_day_comes_from_the_new_address_where_the_classic_one_is_gone(
    site: StandIn, tmp_path: Path
) -> None:
    site.configure(ishares_classic="html")
    today = site.service.settings.today
    current = source(Bench(tmp_path), site).constituents([today])
    assert current.rows.height >= SMALL
    assert max(current.rows["snapshot_date"]) < today
    assert "web page" in current.notices[0]
    with pytest.raises(InputError, match="no usable list of russell2000 for 2024-07-31"):
        source(Bench(tmp_path), site).constituents([DAY])


def test_both_addresses_give_the_same_lines(site: StandIn, tmp_path: Path) -> None:
    today = site.service.settings.today
    classic = source(Bench(tmp_path / "classic"), site)
    by_classic = classic.constituents([today - dt.timedelta(days=1)]).rows
    site.configure(ishares_classic="html")
    by_new = source(Bench(tmp_path / "new"), site).constituents([today - dt.timedelta(days=1)]).rows
    assert by_new["source_id"].sort().to_list() == by_classic["source_id"].sort().to_list()
