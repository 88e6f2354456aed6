"""Asks Yahoo for the daily prices of a ticker, through yfinance, and keeps nothing itself.

yfinance is an optional extra and is imported only here. Its terms allow personal use only.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.fetching import TransientError

DAILY_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "date": pl.Date,
    "close": pl.Float64,
    "adjusted_close": pl.Float64,
    "volume": pl.Float64,
    "split": pl.Float64,
}
"""`close` carries later splits back, `adjusted_close` the dividends too; `split` is new shares per old."""
_FIELDS: Final = {
    "close": "Close", "adjusted_close": "Adj Close", "volume": "Volume", "split": "Stock Splits",
}  # fmt: skip


def daily_prices(ticker: str, start: dt.date, end: dt.date, timeout_seconds: float) -> pl.DataFrame:
    """Return the sessions of a ticker in [start, end].

    Parameters
    ----------
    ticker
        The ticker as Yahoo spells it: classes of shares with a hyphen (`yahoo_ticker`).
    start, end
        The days.
    timeout_seconds
        Limit of one request.

    Returns
    -------
    pl.DataFrame
        `DAILY_SCHEMA`, ascending; empty where Yahoo has no data, as for most names that are no longer listed.

    Raises
    ------
    InputError
        When the extra is not installed, or the answer has other columns.
    TransientError
        When the request failed, as by a limit of requests; without it, a failure would look like a name
        without prices.
    """
    try:
        import yfinance
    except ImportError:
        raise InputError(
            "SMALLCAP_PRICES=yahoo needs the package yfinance; install the extra: "
            "pip install 'smallcap[yahoo]'"
        ) from None
    from yfinance.exceptions import YFTickerMissingError

    yfinance.config.debug.hide_exceptions = False
    try:
        answer = yfinance.Ticker(ticker).history(
            start=start,
            end=end + dt.timedelta(days=1),
            interval="1d",
            auto_adjust=False,
            back_adjust=False,
            actions=True,
            timeout=timeout_seconds,
        )
    except YFTickerMissingError:
        return pl.DataFrame(schema=DAILY_SCHEMA)
    except Exception as error:
        # The client raises errors of several libraries; each is a request that failed.
        raise TransientError(f"Yahoo's prices of {ticker}: {type(error).__name__}: {error!s:.200}") from None
    return typed_prices(answer, ticker)


def typed_prices(answer: Any, ticker: str) -> pl.DataFrame:
    """Bring the client's frame (of pandas) to `DAILY_SCHEMA`; rows without a close are left out.

    Raises
    ------
    InputError
        When it has other columns.
    """
    if answer is None or len(answer) == 0:
        return pl.DataFrame(schema=DAILY_SCHEMA)
    missing = [name for name in _FIELDS.values() if name not in answer.columns]
    if missing:
        raise InputError(f"Yahoo's prices of {ticker} have no column {', '.join(missing)}; upgrade yfinance")
    columns: dict[str, Any] = {name: answer[theirs].to_numpy() for name, theirs in _FIELDS.items()}
    columns["date"] = [day.date() for day in answer.index]
    frame = pl.DataFrame(columns).select(pl.col(name).cast(dtype) for name, dtype in DAILY_SCHEMA.items())
    known = frame.with_columns(pl.col(name).fill_nan(None) for name in _FIELDS)
    traded = known.filter((pl.col("close") > 0) & pl.col("close").is_finite())
    return traded.unique("date", keep="last").sort("date")


def yahoo_ticker(ticker: str, listed: str | None) -> str:
    """Return a ticker in Yahoo's spelling: that of the SEC's list where it has one, which is the same.

    Parameters
    ----------
    ticker
        Our ticker, without separators.
    listed
        The ticker as the SEC's list of today spells it (BRK-B); None where it is not there.
    """
    return (listed or ticker).upper().replace(".", "-").replace("/", "-").replace(" ", "-")
