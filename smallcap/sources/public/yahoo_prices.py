"""Yahoo's prices of lines whose ticker is still their company's, each compared with the filings' closes."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from typing import Final

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.sources.base import PRICES_COLUMNS, Delivery
from smallcap.sources.fetching import Fetcher
from smallcap.sources.yahoo.client import DAILY_SCHEMA, daily_prices, yahoo_ticker
from smallcap.sources.yahoo.prices import YAHOO, compared_with, month_end_rows

SOURCE: Final = "public"
DATASET: Final = "daily_prices"
FIRST_DAY: Final = dt.date(2019, 1, 1)
REQUESTS_PER_SECOND: Final = 1.0


class YahooPrices:
    """Prices of tickers, kept in the home.

    Parameters
    ----------
    fetcher
        Sends requests within the limits, and keeps what came.
    clock
        Sessions up to this day are asked for.
    timeout_seconds
        Limit of one request.
    max_age
        Older answers are asked for again.
    """

    def __init__(
        self, fetcher: Fetcher, clock: dt.date, timeout_seconds: float, max_age: dt.timedelta
    ) -> None:
        self._fetcher, self._clock = fetcher, clock
        self._timeout_seconds, self._max_age = timeout_seconds, max_age

    def rows(self, lines: pl.DataFrame, evidence: pl.DataFrame, tickers: pl.DataFrame) -> Delivery:
        """Return month-end rows of the lines that Yahoo has and filings confirm.

        Parameters
        ----------
        lines
            source_id, ticker and cik; a ticker that another company holds today is not asked for.
        evidence
            The filings' closes: source_id, date, close_usd.
        tickers
            Today's holders: cik, ticker.
        """
        spelled = tickers.select("cik", listed="ticker", ticker=normalised(pl.col("ticker")))
        holders = lines.join(spelled.unique(["cik", "ticker"], keep="first"), on=["cik", "ticker"])
        found, judged = [pl.DataFrame(schema=PRICES_COLUMNS)], Counter[str]()
        for row in holders.sort("source_id").iter_rows(named=True):
            daily = self._daily(yahoo_ticker(row["ticker"], row["listed"]))
            if daily.is_empty():
                judged["without data"] += 1
                continue
            comparison = compared_with(daily, evidence.filter(pl.col("source_id") == row["source_id"]))
            judged[comparison.status.replace("_", " ")] += 1
            found.append(month_end_rows(daily, comparison, row["source_id"], SOURCE))
        told = ", ".join(f"{status} {count}" for status, count in sorted(judged.items()))
        return Delivery(pl.concat(found), notices=(f"Yahoo's prices against closes of filings: {told}",))

    def _daily(self, ticker: str) -> pl.DataFrame:
        request = {"ticker": ticker, "from": FIRST_DAY.isoformat()}

        def ask() -> bytes:
            """Ask once, and write the sessions as JSON."""
            return (
                daily_prices(ticker, FIRST_DAY, self._clock, self._timeout_seconds).write_ndjson().encode()
                or b"\n"
            )

        payload = self._fetcher.fetch(YAHOO, DATASET, request, ask, self._max_age)
        if not payload.strip():
            return pl.DataFrame(schema=DAILY_SCHEMA)
        return pl.read_ndjson(io.BytesIO(payload), schema=DAILY_SCHEMA)
