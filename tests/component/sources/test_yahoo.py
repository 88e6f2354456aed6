"""Yahoo's prices: later splits undone, compared with filings, and used only where they are the line's."""

from __future__ import annotations

import builtins
import datetime as dt

import pandas as pd
import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.sources.base import PRICES_COLUMNS
from smallcap.sources.fetching import TransientError
from smallcap.sources.yahoo.client import DAILY_SCHEMA, daily_prices, typed_prices, yahoo_ticker
from smallcap.sources.yahoo.prices import as_traded, compared_with, month_end_rows
from tests.tolerances import EXACT

DAYS = [
    dt.date(2021, 3, 30),
    dt.date(2021, 3, 31),
    dt.date(2021, 4, 29),
    dt.date(2021, 4, 30),
    dt.date(2021, 5, 28),
]


def daily(*closes: float, splits: dict[int, float] | None = None) -> pl.DataFrame:
    """Sessions with closes as Yahoo serves them, and splits by their place."""
    split = [(splits or {}).get(place, 0.0) for place in range(len(closes))]
    columns = {
        "date": DAYS[: len(closes)], "close": closes, "adjusted_close": [close * 0.99 for close in closes],
        "volume": [1000.0] * len(closes), "split": split,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=DAILY_SCHEMA)


def evidence(*closes: tuple[dt.date, float]) -> pl.DataFrame:
    """Closes of filings."""
    return pl.DataFrame(list(closes), schema={"date": pl.Date, "close_usd": pl.Float64}, orient="row")


THREE = (DAYS[1], DAYS[3], DAYS[4])
# Traded at 40, 42, 43 before a 2 for 1 split on the fourth session, then at 22 and 23.
SPLIT = daily(20.0, 21.0, 21.5, 22.0, 23.0, splits={3: 2.0})


def test_later_splits_are_undone_and_the_splits_own_session_is_not():
    assert as_traded(SPLIT)["traded_close"].to_list() == [40.0, 42.0, 43.0, 22.0, 23.0]


def test_closes_that_agree_at_two_dates_are_confirmed():
    found = compared_with(SPLIT, evidence((DAYS[1], 42.3), (DAYS[3], 21.9)))
    assert (found.status, found.factor, found.dates, found.is_usable) == ("confirmed", 1.0, 2, True)


def test_a_constant_factor_is_a_split_that_yahoo_does_not_name():
    unnamed = daily(20.0, 21.0, 21.5, 22.0, 23.0)
    found = compared_with(unnamed, evidence((DAYS[1], 210.0), (DAYS[3], 220.0), (DAYS[4], 230.0)))
    assert (found.status, found.is_usable) == ("missing_split", True)
    assert found.factor == pytest.approx(0.1, rel=EXACT)
    rows = month_end_rows(unnamed, found, "line", "public")
    assert rows["close_usd"].to_list() == pytest.approx([210.0, 220.0, 230.0], rel=EXACT)


def test_after_the_last_close_compared_a_split_that_yahoo_does_not_name_may_have_come():
    unnamed = daily(20.0, 21.0, 21.5, 22.0, 23.0)
    rows = month_end_rows(
        unnamed, compared_with(unnamed, evidence((DAYS[0], 200.0), (DAYS[1], 210.0))), "l", "p"
    )
    assert rows["close_usd"].to_list() == [pytest.approx(210.0, rel=EXACT), None, None]
    # Yahoo's adjusted closes carry the split, so returns are known.
    assert rows["total_return"].null_count() == 1


def test_changing_factors_are_another_company():
    found = compared_with(SPLIT, evidence((DAYS[1], 17.0), (DAYS[3], 31.0)))
    assert (found.status, found.is_usable) == ("another_company", False)
    assert "the ticker is another company's now" in found.reason
    assert month_end_rows(SPLIT, found, "line", "public").is_empty()


def test_one_mismatch_among_three_is_a_flag():
    found = compared_with(SPLIT, evidence((DAYS[1], 42.0), (DAYS[3], 22.0), (DAYS[4], 29.0)))
    assert (found.status, found.is_usable) == ("one_mismatch", True)
    assert found.reason == "1 of 3 closes differs from that of a filing"


@pytest.mark.parametrize(
    ("seen", "status", "is_usable"),
    [
        ((), "unconfirmed", False),
        (((DAYS[1], 42.0),), "one_date", True),
        (((DAYS[1], 17.0),), "unconfirmed", False),
    ],
)
def test_fewer_than_two_closes_are_told(seen, status, is_usable):
    found = compared_with(SPLIT, evidence(*seen))
    assert (found.status, found.is_usable) == (status, is_usable)
    assert found.reason is not None


def test_a_month_has_its_last_session_the_splits_in_it_and_the_return_with_dividends():
    rows = month_end_rows(
        SPLIT, compared_with(SPLIT, evidence((DAYS[1], 42.0), (DAYS[3], 22.0))), "line", "public"
    )
    assert rows.schema == PRICES_COLUMNS
    assert rows.select("date", "close_usd", "split_ratio", "source_id").rows() == [
        (DAYS[1], 42.0, 1.0, "line"), (DAYS[3], 22.0, 2.0, "line"), (DAYS[4], 23.0, 1.0, "line"),
    ]  # fmt: skip
    assert rows["total_return"].to_list() == [None, pytest.approx(22 / 21 - 1), pytest.approx(23 / 22 - 1)]
    assert rows["median_dollar_volume_usd"].to_list() == [20500.0, 21750.0, 23000.0]


def test_a_month_without_a_session_leaves_the_next_without_a_return():
    gap = SPLIT.filter(pl.col("date").dt.month() != 4)
    found = compared_with(SPLIT, evidence((DAYS[1], 42.0), (DAYS[3], 22.0)))
    assert month_end_rows(gap, found, "line", "public")["total_return"].to_list() == [None, None]


def answer(**columns: list[float]) -> pd.DataFrame:
    """What the client returns."""
    given = {
        "Close": [20.0, float("nan")],
        "Adj Close": [19.0, 1.0],
        "Volume": [5, 5],
        "Stock Splits": [0.0, 0.0],
    }
    index = pd.DatetimeIndex(["2021-03-30", "2021-03-31"], tz="America/New_York")
    return pd.DataFrame({**given, **columns}, index=index)


def test_the_clients_frame_is_typed_and_sessions_without_a_close_are_left_out():
    assert typed_prices(answer(), "ABC").rows() == [(dt.date(2021, 3, 30), 20.0, 19.0, 5.0, 0.0)]
    assert typed_prices(answer().head(0), "ABC").is_empty()
    assert typed_prices(None, "ABC").schema == DAILY_SCHEMA


def test_another_layout_of_the_client_is_refused():
    with pytest.raises(InputError, match="have no column Adj Close"):
        typed_prices(answer().drop(columns="Adj Close"), "ABC")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "yfinance":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"smallcap\[yahoo\]"):
        daily_prices("ABC", DAYS[0], DAYS[1], 1.0)


class Failing:
    """A client whose every request fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def history(self, **asked: object) -> None:
        raise self.error


def failing_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every request of the client fail."""
    yfinance = pytest.importorskip("yfinance")
    monkeypatch.setattr(yfinance, "Ticker", lambda ticker: Failing(error))


def test_a_name_that_yahoo_does_not_have_is_empty_and_a_failed_request_is_not(monkeypatch):
    exceptions = pytest.importorskip("yfinance.exceptions")
    failing_with(exceptions.YFPricesMissingError("ABC", ""), monkeypatch)
    assert daily_prices("ABC", DAYS[0], DAYS[1], 1.0).is_empty()
    for error in (exceptions.YFRateLimitError(), OSError("no route"), ValueError("not JSON")):
        failing_with(error, monkeypatch)
        with pytest.raises(TransientError, match="Yahoo's prices of ABC"):
            daily_prices("ABC", DAYS[0], DAYS[1], 1.0)


@pytest.mark.parametrize(
    ("ticker", "listed", "spelled"),
    [("BRKB", "BRK-B", "BRK-B"), ("MOGA", "MOG.A", "MOG-A"), ("ABC", None, "ABC")],
)
def test_classes_are_spelled_as_yahoo_does(ticker, listed, spelled):
    assert yahoo_ticker(ticker, listed) == spelled
