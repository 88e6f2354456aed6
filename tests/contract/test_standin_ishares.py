"""The stand-in of the fund's holdings file: layout, dates and unwanted rows."""

from __future__ import annotations

import csv
import datetime as dt
import io

import httpx
import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rules
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.ishares.holdings import read_holdings
from tests.paths import PROJECT_ROOT
from tests.standin.fixture import standin, universe

__all__ = ["standin", "universe"]

CLASSIC = (
    "/us/products/239710/ishares-russell-2000-etf/1467271812596.ajax"
    "?fileType=csv&fileName=IWM_holdings&dataType=fund"
)
NEW = "/us/products/239710/ishares-russell-2000-etf/latest-holdings.csv"
RULES = read_rules(PROJECT_ROOT / "data" / "reference", "ishares.toml", HoldingsRules)


@pytest.fixture
def ask(standin):
    """Ask an address for the file of a day."""

    def get(address, day=None):
        suffix = "" if day is None else f"{'&' if '?' in address else '?'}asOfDate={day}"
        return httpx.get(f"{standin.url}{address}{suffix}").content

    return get


def cells(payload):
    return list(csv.reader(io.StringIO(payload.decode("utf-8-sig"), newline="")))


def test_the_layout_is_that_of_the_true_file(ask):
    payload = ask(CLASSIC, "20251231")
    lines = payload.decode("utf-8").split("\n")
    assert payload.startswith(b"\xef\xbb\xbfiShares Russell 2000 ETF\n")
    assert lines[1] == 'Fund Holdings as of,"Dec 31, 2025"'
    assert (lines[8], lines[9][:18]) == ("\u00a0", "Ticker,Name,Sector")
    assert b"\r" not in payload
    rows = cells(payload)[10:]
    end = rows.index(["\u00a0"])
    assert {len(row) for row in rows[:end]} == {15}
    assert len(rows[end + 1]) == 1
    assert "\n" in rows[end + 1][0]
    values = [float(row[4].replace(",", "")) for row in rows[:end]]
    assert values == sorted(values, reverse=True)
    assert sum(float(row[5]) for row in rows[:end]) == pytest.approx(100, abs=1)


def test_the_members_are_those_of_the_list_and_everything_else_is_refused_with_a_reason(ask, universe):
    holdings = read_holdings(ask(CLASSIC, "20251231"), "served", RULES)
    listed = universe.lists.filter(pl.col("list_date") == dt.date(2025, 12, 31)).filter(
        pl.col("market_value_usd") > 10_000
    )
    assert holdings.as_of == dt.date(2025, 12, 31)
    expected = listed.select("name", "market_value_usd", "quantity", "location", "exchange", "sector").sort(
        "name"
    )
    assert holdings.rows.select(expected.columns).sort("name").equals(expected)
    reasons = set(holdings.refused["rule"])
    assert reasons == {"not_equity", "not_common_stock", "exchange_not_listed", "market_value_too_low"}


@pytest.mark.parametrize("day", ["20251227", "20251225", "20260629x", "20260701", "20040630"])
def test_weekends_holidays_and_days_outside_the_record_have_no_date_and_no_rows(ask, day):
    payload = ask(CLASSIC, day)
    assert b'Fund Holdings as of,"-"' in payload
    assert len(cells(payload)) == 12
    with pytest.raises(InputError, match=r"as of|as-of"):
        read_holdings(payload, "served", RULES)


def test_the_file_of_a_day_is_out_on_the_next(ask, standin):
    standin.configure(today="2025-12-31")
    assert b'as of,"-"' in ask(CLASSIC, "20251231")
    assert b'as of,"Dec 30, 2025"' in ask(CLASSIC)
    standin.configure(today="2026-01-01")
    assert b'as of,"Dec 31, 2025"' in ask(CLASSIC, "20251231")


def test_the_last_session_of_a_month_has_the_list_of_its_end_and_the_day_before_that_of_the_month_before(
    ask, universe
):
    by_date = universe.lists.group_by("list_date").agg("name")
    names = {row["list_date"]: set(row["name"]) for row in by_date.iter_rows(named=True)}
    shown = {row[1] for row in cells(ask(CLASSIC, "20250530"))[10:] if len(row) == 15}
    before = {row[1] for row in cells(ask(CLASSIC, "20250529"))[10:] if len(row) == 15}
    assert names[dt.date(2025, 5, 31)] <= shown
    assert names[dt.date(2025, 4, 30)] <= before


def test_the_new_address_ignores_the_date_and_sets_a_space_before_the_class(ask):
    payload = ask(NEW, "20201231")
    assert payload == ask(NEW)
    assert b'as of,"Jun 29, 2026"' in payload
    classic = {row[1]: row[0] for row in cells(ask(CLASSIC))[10:] if len(row) == 15}
    new = {row[1]: row[0] for row in cells(payload)[10:] if len(row) == 15}
    differing = {name for name in new if new[name] != classic[name]}
    assert differing
    assert all(new[name] == f"{classic[name][:-1]} {classic[name][-1]}" for name in differing)


def test_another_fund_says_so_in_its_first_line_and_an_unknown_one_is_not_found(ask, standin):
    assert ask(CLASSIC.replace("239710", "239726")).startswith(b"\xef\xbb\xbfiShares Core S&P 500 ETF\n")
    assert httpx.get(f"{standin.url}{CLASSIC.replace('239710', '1')}").status_code == 404


def test_the_classic_address_can_answer_with_a_page_while_the_new_one_serves(ask, standin):
    standin.configure(ishares_classic="html")
    assert ask(CLASSIC).startswith(b"<!DOCTYPE html>")
    assert ask(NEW).startswith(b"\xef\xbb\xbfiShares")


def test_the_file_can_come_twice_in_one_body(ask, standin):
    standin.fault("/us/*", "duplicated_body")
    assert ask(NEW) == ask(NEW) * 2
