"""Which lines Yahoo is asked for, what becomes of each answer, and that an answer is asked for once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.sources.public import yahoo_prices
from smallcap.sources.public.yahoo_prices import YahooPrices
from smallcap.sources.yahoo.client import DAILY_SCHEMA
from tests.component.sources.fetchers import Bench
from tests.component.sources.test_yahoo import DAYS, SPLIT, daily

CLOCK, DAY = dt.date(2021, 6, 30), dt.timedelta(days=1)
HOLDERS = [("1", "AAA"), ("2", "BRK-B"), ("3", "CCC"), ("4", "DDD"), ("5", "GONE")]
# What Yahoo has of each ticker: closes adjusted for splits, as it serves them.
SERVED = {
    "AAA": SPLIT,
    "BRK-B": daily(20.0, 21.0, 21.5, 22.0, 23.0),
    "CCC": daily(5.0, 6.0, 6.5, 7.0, 8.0),
    "DDD": SPLIT,
    "GONE": pl.DataFrame(schema=DAILY_SCHEMA),
}
# What filings show: the first agrees after undoing the split, the second is ten times as much throughout, the
# third is another company's, the fourth differs once.
EVIDENCE = {
    "line a": [(DAYS[1], 42.0), (DAYS[3], 22.0)],
    "line b": [(DAYS[1], 210.0), (DAYS[3], 220.0), (DAYS[4], 230.0)],
    "line c": [(DAYS[1], 100.0), (DAYS[3], 7.0)],
    "line d": [(DAYS[1], 42.0), (DAYS[3], 22.0), (DAYS[4], 29.0)],
}


def lines(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=["source_id", "ticker", "cik"], orient="row")


ALL = lines(
    *(("line a", "AAA", "1"), ("line b", "BRKB", "2"), ("line c", "CCC", "3"), ("line d", "DDD", "4")),
    ("line gone", "GONE", "5"),
    ("line of a dead company", "AAA", "9"),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tickers that Yahoo was asked for."""
    tickers: list[str] = []

    def serve(ticker: str, *_: object) -> pl.DataFrame:
        tickers.append(ticker)
        return SERVED[ticker]

    monkeypatch.setattr(yahoo_prices, "daily_prices", serve)
    return tickers


def delivery(folder: Path, wanted: pl.DataFrame = ALL):
    seen = [(line, day, close) for line, closes in EVIDENCE.items() for day, close in closes]
    evidence = pl.DataFrame(seen, schema=["source_id", "date", "close_usd"], orient="row")
    holders = pl.DataFrame(HOLDERS, schema=["cik", "ticker"], orient="row")
    return YahooPrices(Bench(folder).fetcher, CLOCK, 5.0, DAY).rows(wanted, evidence, holders)


def test_each_line_is_judged_by_the_closes_of_its_filings(tmp_path: Path, asked: list[str]) -> None:
    found = delivery(tmp_path)
    closes = {
        line: rows["close_usd"].to_list()
        for (line,), rows in found.rows.partition_by("source_id", as_dict=True).items()
    }
    # By hand: 21 before a 2 for 1 split is 42; ten times as much throughout is a split that Yahoo lacks.
    assert closes["line a"] == [42.0, 22.0, 23.0]
    assert closes["line b"] == pytest.approx([210.0, 220.0, 230.0])
    assert closes["line d"] == [42.0, 22.0, 23.0]
    assert set(closes) == {"line a", "line b", "line d"}
    told = found.notices[0]
    counted = ("another company 1", "confirmed 1", "missing split 1", "one mismatch 1", "without data 1")
    assert all(count in told for count in counted), told


def test_a_line_whose_ticker_another_company_holds_is_not_asked_for(tmp_path: Path, asked: list[str]) -> None:
    found = delivery(tmp_path, lines(("line of a dead company", "AAA", "9")))
    assert found.rows.is_empty()
    assert asked == []


def test_a_class_is_asked_for_in_yahoos_spelling_and_an_answer_once(tmp_path: Path, asked: list[str]) -> None:
    first = delivery(tmp_path)
    assert sorted(asked) == sorted(SERVED)
    again = delivery(tmp_path)
    assert len(asked) == len(SERVED)
    assert again.rows.equals(first.rows)
