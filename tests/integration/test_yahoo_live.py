"""Yahoo's prices through the real yfinance, which is given the address of the stand-in."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from smallcap.sources.fetching import TransientError
from smallcap.sources.public.yahoo_prices import FIRST_DAY, YahooPrices
from smallcap.sources.yahoo.client import DAILY_SCHEMA, daily_prices
from smallcap.sources.yahoo.prices import as_traded
from tests.component.sources.fetchers import Bench
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tolerances import BATCHED

yfinance = pytest.importorskip("yfinance")
UNIVERSE = sample_universe(60, 2000)
TODAY = dt.date(2026, 6, 30)
BASE = "_BASE_URL_"


class _NoTimeZones:
    """In place of the client's file of time zones, which is the user's."""

    def lookup(self, ticker: str) -> None:
        return None

    def store(self, ticker: str, zone: str) -> None:
        return None


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Serve Yahoo's address; the client asks no other, and not for cookies."""
    from yfinance import cache
    from yfinance.data import YfData

    with StandIn(UNIVERSE) as running:
        for name, module in list(sys.modules.items()):
            if name.startswith("yfinance") and hasattr(module, BASE):
                monkeypatch.setattr(module, BASE, running.url)
        monkeypatch.setattr(YfData, "_get_cookie_and_crumb", lambda *_, **__: (None, "basic"))
        monkeypatch.setattr(cache._TzCacheManager, "_tz_cache", _NoTimeZones())
        # Of a ticker without a zone the client asks another address, twice in a process.
        monkeypatch.setattr(yfinance.base, "_tz_info_fetch_ctr", 2)
        YfData().cache_get.cache_clear()
        yield running


def holders() -> pl.DataFrame:
    """Today's tickers with the sessions that the universe has of them since Yahoo is asked for any."""
    living = UNIVERSE.spells.filter(pl.col("valid_to").is_null()).select("entity_id", "ticker")
    return UNIVERSE.prices.join(living, on="entity_id").filter(pl.col("date") >= FIRST_DAY)


def one_with_a_split() -> tuple[str, pl.DataFrame]:
    rows = holders()
    ticker = rows.filter(pl.col("split_ratio") > 1).sort("ticker")["ticker"][0]
    return str(ticker), rows.filter(pl.col("ticker") == ticker).sort("date")


def test_the_client_reads_sessions_splits_and_adjusted_closes(standin: StandIn) -> None:
    ticker, theirs = one_with_a_split()
    found = daily_prices(ticker, FIRST_DAY, TODAY, 10.0)
    assert found.schema == DAILY_SCHEMA
    assert found["date"].to_list() == theirs["date"].to_list()
    named = found.filter(pl.col("split") != 0).select("date", "split").rows()
    assert named == theirs.filter(pl.col("split_ratio").is_not_null()).select("date", "split_ratio").rows()
    # Served closes carry the split; undone they are those at which was traded.
    assert found["close"][0] != pytest.approx(theirs["close"][0])
    assert as_traded(found)["traded_close"].to_list() == pytest.approx(theirs["close"].to_list(), rel=BATCHED)
    grown = found["adjusted_close"][-1] / found["adjusted_close"][0] - 1
    compounded = (1 + theirs["return_daily"][1:]).product() - 1
    assert grown == pytest.approx(compounded, rel=BATCHED)


def test_a_ticker_that_nobody_has_is_empty_and_a_limit_of_requests_is_an_error(standin: StandIn) -> None:
    assert daily_prices("NOBODY", FIRST_DAY, TODAY, 10.0).is_empty()
    ticker, _ = one_with_a_split()
    standin.fault("/v8*", "rate_limited", count=None)
    with pytest.raises(TransientError, match=f"Yahoo's prices of {ticker}: YFRateLimitError"):
        daily_prices(ticker, FIRST_DAY, TODAY, 10.0)


def test_a_line_is_confirmed_by_closes_of_filings_and_asked_for_once(
    standin: StandIn, tmp_path: Path
) -> None:
    ticker, theirs = one_with_a_split()
    ends = theirs.group_by(pl.col("date").dt.month_end().alias("month")).agg(pl.all().last()).sort("date")
    evidence = ends.gather_every(3).select(source_id=pl.lit("line"), date="date", close_usd="close")
    lines = pl.DataFrame({"source_id": ["line"], "ticker": [ticker], "cik": ["1"]})
    prices = YahooPrices(Bench(tmp_path).fetcher, TODAY, 10.0, dt.timedelta(days=1))
    tickers = pl.DataFrame({"cik": ["1"], "ticker": [ticker]})
    found = prices.rows(lines, evidence, tickers)
    assert found.notices == ("Yahoo's prices against closes of filings: confirmed 1",)
    assert found.rows["date"].to_list() == ends["date"].to_list()
    assert found.rows["close_usd"].to_list() == pytest.approx(ends["close"].to_list(), rel=BATCHED)
    asked = standin.counts()
    assert prices.rows(lines, evidence, tickers).rows.equals(found.rows)
    assert standin.counts() == asked
