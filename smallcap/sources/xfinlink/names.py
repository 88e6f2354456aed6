"""Which line carried which ticker when, from the vendor: ten tickers per request, valid for 90 days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.sources.fetching import Fetcher, RefusedError, TransientError
from smallcap.sources.fetching.http import shortened
from smallcap.sources.xfinlink.client import NAME, XfinlinkClient
from smallcap.sources.xfinlink.frames import Column
from smallcap.sources.xfinlink.payloads import from_payload, to_payload

DATASET: Final = "resolve"
TICKERS_PER_REQUEST: Final = 10
RESOLVED_FOR: Final = dt.timedelta(days=90)
"""Names rarely change, and a change is noticed, because the index then lists an unknown id."""

_FIRST_DAY: Final = "1900-01-01"
_GICS_CODE: Final = r"^\d{8}$"
_ASKABLE: Final = r"^[A-Z0-9][A-Z0-9.\-]{0,11}$"
_CLASSED: Final = r"^([A-Z]{2,5})[.\-]?([A-C])$"
_READ: Final = {
    "asked": Column(pl.String()),
    "entity_id": Column(pl.Int64()),
    "name": Column(pl.String()),
    "cik": Column(pl.String()),
    "valid_from": Column(pl.String()),
    "valid_to": Column(pl.String()),
    "sector": Column(pl.String()),
    "sic": Column(pl.String()),
    "sub_industry": Column(pl.String()),
}
_SCHEMA: Final = {name: column.dtype for name, column in _READ.items()}
_OTHER_FORMAT: Final = (
    *(KeyError, TypeError, AttributeError, ValueError, ArithmeticError),
    pl.exceptions.PolarsError,
)
"""What a response of another format raises when it is converted."""


class Names:
    """The vendor's responses about tickers.

    Parameters
    ----------
    fetcher
        Keeps responses.
    client
        Sends requests.
    """

    def __init__(self, fetcher: Fetcher, client: XfinlinkClient) -> None:
        self._fetcher = fetcher
        self._client = client

    def resolve(self, tickers: Iterable[str], renew: Mapping[str, dt.datetime] | None = None) -> pl.DataFrame:
        """Return every line that ever carried each of some tickers.

        Parameters
        ----------
        tickers
            As spelled in lists. Text that cannot be a ticker is not requested, because it could change the
            meaning of the request.
        renew
            Symbols (normalised tickers) whose responses are too old if received before a time (UTC).

        Returns
        -------
        pl.DataFrame
            symbol, entity_id, name, cik, valid_from, valid_to, sector, sic, gics; one row per symbol and
            spell.
        """
        found = self._asked_in_turn(_spellings(tickers), renew or {})
        return found.filter(pl.col("entity_id").is_not_null()).select(
            "symbol", "entity_id", "name", "cik", "valid_from", "valid_to", "sector", "sic", "gics"
        )

    def known(self) -> pl.DataFrame:
        """Return entity_id and cik of every line in the kept responses."""
        frames = [
            from_payload(kept.payload, _READ)[1].select("entity_id", "cik")
            for kept in self._fetcher.snapshots.every(NAME, DATASET)
        ]
        return pl.concat([pl.DataFrame(schema={"entity_id": pl.Int64, "cik": pl.String}), *frames]).unique(
            "entity_id", keep="last"
        )

    def resolved_at(self) -> dict[str, dt.datetime]:
        """Return when each symbol was last resolved, UTC."""
        newest: dict[str, dt.datetime] = {}
        for request, moment in self._fetcher.snapshots.received(NAME, DATASET):
            for ticker in _tickers_of(request):
                symbol = ticker.replace(".", "").replace("-", "")
                newest[symbol] = max(moment, newest.get(symbol, moment))
        return newest

    def _asked_in_turn(
        self, spellings: Mapping[str, list[str]], renew: Mapping[str, dt.datetime]
    ) -> pl.DataFrame:
        """Try the spellings of each symbol one after another until a line is found."""
        frames: list[pl.DataFrame] = [pl.DataFrame(schema={"symbol": pl.String, **_SCHEMA})]
        unresolved = dict(spellings)
        while unresolved:
            tried = {candidates[0]: symbol for symbol, candidates in unresolved.items()}
            too_old = {ticker: renew[symbol] for ticker, symbol in tried.items() if symbol in renew}
            answers = self._answers(tried, too_old)
            frames.append(
                answers.select(
                    pl.col("asked").replace_strict(tried, return_dtype=pl.String).alias("symbol"), *_SCHEMA
                )
            )
            resolved = set(frames[-1]["symbol"].to_list())
            unresolved = {
                symbol: rest[1:]
                for symbol, rest in unresolved.items()
                if symbol not in resolved and len(rest) > 1
            }
        found = pl.concat(frames)
        lost = set(spellings) - set(found["symbol"].to_list())
        return _dated(pl.concat([found, self._resolved_before({name: spellings[name] for name in lost})]))

    def _resolved_before(self, spellings: Mapping[str, list[str]]) -> pl.DataFrame:
        """Return the newest kept lines of symbols that the vendor finds no line of any more: they stay."""
        empty = pl.DataFrame(schema={"symbol": pl.String, **_SCHEMA})
        symbols = {spelling: symbol for symbol, tried in spellings.items() for spelling in tried}
        if not symbols:
            return empty
        kept = [
            from_payload(one.payload, _READ)[1].with_columns(nth=pl.lit(nth))
            for nth, one in enumerate(self._fetcher.snapshots.every(NAME, DATASET))
            if any(ticker in symbols for ticker in _tickers_of(one.request))
        ]
        if not kept:
            return empty
        lines = pl.concat(kept).filter(
            pl.col("asked").is_in(list(symbols)) & pl.col("entity_id").is_not_null()
        )
        return (
            lines.with_columns(symbol=pl.col("asked").replace_strict(symbols, return_dtype=pl.String))
            .filter(pl.col("nth") == pl.col("nth").max().over("symbol"))
            .select("symbol", *_SCHEMA)
        )

    def _answers(self, tickers: Collection[str], renew: Mapping[str, dt.datetime]) -> pl.DataFrame:
        """Read the newest valid response about each ticker, and request those without one."""
        frames: list[pl.DataFrame] = [pl.DataFrame(schema=_SCHEMA)]
        found: set[str] = set()
        for request, its_tickers in self._newest_good(tickers, renew):
            payload = self._fetcher.kept(NAME, DATASET, request)
            if payload is not None:
                frames.append(from_payload(payload, _READ)[1].filter(pl.col("asked").is_in(its_tickers)))
                found.update(its_tickers)
        lacking = sorted(set(tickers) - found)
        for at in range(0, len(lacking), TICKERS_PER_REQUEST):
            frames.append(from_payload(self._ask(lacking[at : at + TICKERS_PER_REQUEST]), _READ)[1])
        return pl.concat(frames)

    def _newest_good(
        self, tickers: Collection[str], renew: Mapping[str, dt.datetime]
    ) -> list[tuple[dict[str, object], list[str]]]:
        """List the kept requests to read, each with the tickers for which its response is the newest."""
        horizon = self._fetcher.clock() - RESOLVED_FOR
        received = sorted(self._fetcher.snapshots.received(NAME, DATASET), key=lambda one: one[1])
        newest: dict[str, int] = {}
        for position, (request, moment) in enumerate(received):
            good = [
                ticker
                for ticker in _tickers_of(request)
                if ticker in tickers and moment >= max(horizon, renew.get(ticker, horizon))
            ]
            newest.update(dict.fromkeys(good, position))
        by_request = {
            position: [ticker for ticker, at in newest.items() if at == position]
            for position in set(newest.values())
        }
        return [(received[position][0], by_request[position]) for position in sorted(by_request)]

    def _ask(self, tickers: list[str]) -> bytes:
        request = {"tickers": tickers}

        def ask() -> bytes:
            """Request the entities of the tickers."""
            received = self._client.resolve(tickers)
            return to_payload(request, {}, _entities(received.rows, tickers))

        return self._fetcher.fetch(NAME, DATASET, request, ask, dt.timedelta(microseconds=-1))


def holder_at(asked: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Add `holder`: the entity id that carried `symbol` on `day`, null where none did.

    Of several, the one whose spell started last.
    """
    known = spells.select("symbol", "entity_id", "valid_from", "valid_to")
    matched = (
        asked.select("symbol", "day")
        .unique()
        .join(known, on="symbol")
        .filter(
            (pl.col("valid_from") <= pl.col("day"))
            & (pl.col("valid_to").is_null() | (pl.col("day") <= pl.col("valid_to")))
        )
        .sort("valid_from", "entity_id", descending=[True, False])
        .unique(["symbol", "day"], keep="first", maintain_order=True)
        .select("symbol", "day", holder="entity_id")
    )
    return asked.join(matched, on=["symbol", "day"], how="left", maintain_order="left")


def _spellings(tickers: Iterable[str]) -> dict[str, list[str]]:
    """List the spellings to try for each symbol.

    First as listed, then with the share class after a point, after a dash, and without a separator.
    """
    listed = pl.DataFrame({"ticker": sorted(set(tickers))}, schema={"ticker": pl.String}).with_columns(
        symbol=normalised(pl.col("ticker")),
        spelled=pl.col("ticker").str.strip_chars().str.to_uppercase().str.replace_all(r"[\s/]+", "."),
    )
    root, letter = pl.col("spelled").str.extract(_CLASSED, 1), pl.col("spelled").str.extract(_CLASSED, 2)
    tried = listed.filter(pl.col("spelled").str.contains(_ASKABLE)).select(
        "symbol",
        candidate=pl.concat_list("spelled", root + "." + letter, root + "-" + letter, "symbol"),
        order=pl.concat_list(pl.lit(0), pl.lit(1), pl.lit(2), pl.lit(3)),
    )
    ordered = tried.explode("candidate", "order").drop_nulls("candidate").sort("symbol", "order", "candidate")
    unique = ordered.unique(["symbol", "candidate"], keep="first", maintain_order=True)
    return dict(unique.group_by("symbol", maintain_order=True).agg("candidate").iter_rows())


def _entities(answer: Any, tickers: list[str]) -> pl.DataFrame:
    """Convert the vendor's document to one row per ticker and entity.

    Raises
    ------
    TransientError
        When the response does not mention a ticker.
    RefusedError
        When the document does not have the known format.
    """
    what = f"resolve {', '.join(tickers)}"
    try:
        data, unresolved = answer["data"], set(answer.get("meta", {}).get("tickers_unresolved", ()))
        rows = [_entity(ticker, one) for ticker, found in data.items() for one in found["entities"]]
        frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row", strict=True)
        _dated(frame)  # A response with other dates is refused here, where it is not yet kept.
    except _OTHER_FORMAT as error:
        raise RefusedError(
            f"{what}: the response does not have the known format "
            f"({type(error).__name__}: {shortened(str(error))})"
        ) from None
    passed_over = sorted(set(tickers) - set(data) - unresolved)
    if passed_over:
        raise TransientError(f"{what}: the response does not mention {', '.join(passed_over)}")
    return frame.filter(pl.col("asked").is_in(tickers)).sort(pl.all(), nulls_last=True)


def _entity(ticker: str, one: Mapping[str, Any]) -> tuple[Any, ...]:
    codes = one.get("classifications") or {}
    return (
        ticker, one["entity_id"], one["name"], one["cik"], one["ticker_valid_from"], one["ticker_valid_to"],
        codes.get("gics_sector"), codes.get("sic"), codes.get("gics_sub_industry"),
    )  # fmt: skip


def _dated(found: pl.DataFrame) -> pl.DataFrame:
    """Parse the dates, and keep a sub-industry only if it is a code."""
    code = pl.col("sub_industry")
    return found.with_columns(
        pl.col("valid_from").fill_null(_FIRST_DAY).str.to_date("%Y-%m-%d"),
        pl.col("valid_to").str.to_date("%Y-%m-%d"),
        gics=pl.when(code.str.contains(_GICS_CODE)).then(code),
    )


def _tickers_of(request: Mapping[str, object]) -> list[str]:
    tickers = request["tickers"]
    return [str(ticker) for ticker in tickers] if isinstance(tickers, list) else []
