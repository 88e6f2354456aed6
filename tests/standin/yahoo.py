"""Yahoo's chart of a ticker: closes that carry later splits back, adjusted closes, and splits as events."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from tests.standin.universe import Universe
from tests.standin.wire import Answer, Request, document

PLACE: Final = ("v8", "finance", "chart")
ZONE: Final = "America/New_York"
OPENS: Final = dt.time(9, 30)
"""Yahoo stamps a session with its first second of trading."""
ABSENT: Final = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
RANGES: Final = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]


def answer(request: Request, universe: Universe, today: dt.date) -> Answer:
    """Answer a request under `PLACE`: a chart, or status 404 for a ticker that nobody has today."""
    ticker = request.parts[len(PLACE)]
    rows = _sessions(universe, ticker.replace("-", ""), today)
    if rows.is_empty():
        return document({"chart": {"result": None, "error": ABSENT}}, 404)
    newest = rows.row(-1, named=True)
    if "range" not in request.query:
        begin, end = (int(request.query.get(name) or 0) for name in ("period1", "period2"))
        rows = rows.filter(pl.col("second") >= begin, pl.col("second") < end)
    meta = {
        "currency": "USD", "symbol": ticker, "exchangeName": "NYQ", "instrumentType": "EQUITY",
        "timezone": "EST", "exchangeTimezoneName": ZONE, "gmtoffset": -18_000,
        "regularMarketTime": newest["second"], "regularMarketPrice": newest["shown"],
        "dataGranularity": "1d", "range": request.query.get("range", ""), "validRanges": RANGES,
    }  # fmt: skip
    return document({"chart": {"result": [{"meta": meta, **_series(rows)}], "error": None}}, 200)


def _series(rows: pl.DataFrame) -> dict[str, Any]:
    splits = {
        str(row["second"]): {
            "date": row["second"], "numerator": row["split_ratio"], "denominator": 1.0,
            "splitRatio": f"{row['split_ratio']:g}:1",
        }
        for row in rows.filter(pl.col("split_ratio").is_not_null()).iter_rows(named=True)
    }  # fmt: skip
    quote = {name: rows["shown"].to_list() for name in ("open", "high", "low", "close")}
    return {
        "timestamp": rows["second"].to_list(),
        "events": {"splits": splits} if splits else {},
        "indicators": {
            "quote": [{**quote, "volume": rows["volume"].to_list()}],
            "adjclose": [{"adjclose": rows["adjusted"].to_list()}],
        },
    }


def _sessions(universe: Universe, ticker: str, today: dt.date) -> pl.DataFrame:
    """Return the sessions of the line that has the ticker today."""
    holder = universe.spells.filter(
        pl.col("ticker") == ticker,
        pl.col("valid_from") <= today,
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= today),
    )
    own = universe.prices.filter(
        pl.col("entity_id").is_in(holder["entity_id"].implode()), pl.col("date") <= today
    ).sort("date")
    growth = (1 + pl.col("return_daily").fill_null(0.0)).cum_prod()
    return own.with_columns(
        shown=pl.col("close") * pl.col("split_index") / pl.col("split_index").last(),
        adjusted=pl.col("close").last() * growth / growth.last(),
        second=pl.Series([_second(day) for day in own["date"]], dtype=pl.Int64),
    )


def _second(day: dt.date) -> int:
    return int(dt.datetime.combine(day, OPENS, ZoneInfo(ZONE)).timestamp())
