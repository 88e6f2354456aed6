"""The vendor's index lists, one a day: requested page by page, and kept."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from smallcap.sources.base import CONSTITUENTS_COLUMNS, Delivery
from smallcap.sources.fetching import Fetcher, RefusedError, TransientError
from smallcap.sources.fetching.http import shortened
from smallcap.sources.refusals import write_refused
from smallcap.sources.xfinlink.client import NAME, Received, XfinlinkClient
from smallcap.sources.xfinlink.frames import typed
from smallcap.sources.xfinlink.payloads import from_payload, to_payload
from smallcap.sources.xfinlink.units import INDEX_READ

LISTS: Final = "index"
COVERAGE: Final = "index_coverage"
SETTLES_AFTER: Final = dt.timedelta(days=14)
"""A list may be corrected for this long after its day; one that is fetched later is kept for good."""


LIST_SCHEMA: Final = {
    "as_of": pl.Date,
    "ticker": pl.String,
    "name": pl.String,
    "index_id": pl.Int64,
    "received": pl.Datetime("us"),
}


class IndexLists:
    """The lists of one index.

    Parameters
    ----------
    fetcher
        Keeps responses.
    client
        Sends requests.
    index
        The vendor's name of the index.
    refresh_after
        Age at which the list of a day that has not settled is requested again.
    """

    def __init__(
        self, fetcher: Fetcher, client: XfinlinkClient, index: str, refresh_after: dt.timedelta
    ) -> None:
        self._fetcher = fetcher
        self._client = client
        self._index = index
        self._refresh_after = refresh_after

    def coverage_end(self) -> dt.date:
        """Return the last day of the index's data, from a response with one row of the current list.

        Raises
        ------
        UnknownNameError
            When the vendor refuses the index.
        """
        request: dict[str, object] = {"index": self._index, "limit": 1}

        def ask() -> bytes:
            """Request one row, whose answer names the coverage."""
            received = self._client.index(self._index, None, 0, limit=1)
            _require_rows(received)
            end = received.meta.get("coverage_end")
            if end:
                _date_of(end, received.asked)
            return to_payload(request, {"coverage_end": end}, typed(received, INDEX_READ))

        meta, _ = from_payload(
            self._fetcher.fetch(NAME, COVERAGE, request, ask, self._refresh_after), INDEX_READ
        )
        end = meta["coverage_end"]
        return _date_of(end, f"index {self._index}") if end else self._fetcher.clock().date()

    def rows(self, as_of: dt.date) -> pl.DataFrame:
        """Read the complete list of a day: `LIST_SCHEMA`.

        Raises
        ------
        RefusedError
            When the list is empty, or changes between pages.
        """
        max_age = max(
            self._fetcher.clock() - dt.datetime.combine(as_of, dt.time(), dt.UTC) - SETTLES_AFTER,
            self._refresh_after,
        )
        frame, total = self._pages(as_of, max_age)
        if frame.height != total:
            # The pages were fetched at different times: request all of them again.
            frame, total = self._pages(as_of, dt.timedelta(microseconds=-1))
        if frame.height != total:
            raise RefusedError(
                f"index {self._index}, as_of {as_of}: received {frame.height} of {total} rows; "
                f"try again later"
            )
        received = max(
            moment
            for request, moment in self._fetcher.snapshots.received(NAME, LISTS)
            if request["as_of"] == as_of.isoformat()
        )
        return frame.select(
            pl.lit(as_of).alias("as_of"),
            "ticker",
            pl.col("entity_name").alias("name"),
            pl.col("entity_id").alias("index_id"),
            pl.lit(received.replace(tzinfo=None), dtype=pl.Datetime("us")).alias("received"),
        )

    def _pages(self, as_of: dt.date, max_age: dt.timedelta) -> tuple[pl.DataFrame, int]:
        frames: list[pl.DataFrame] = []
        has_more, total = True, 0
        while has_more:
            offset = sum(frame.height for frame in frames)
            meta, rows = from_payload(self._page(as_of, offset, max_age), INDEX_READ)
            frames.append(rows)
            has_more, total = bool(meta["has_more"]), int(meta["total"])
        return pl.concat(frames), total

    def _page(self, as_of: dt.date, offset: int, max_age: dt.timedelta) -> bytes:
        request: dict[str, object] = {"index": self._index, "as_of": as_of.isoformat(), "offset": offset}

        def ask() -> bytes:
            """Request the page, which has to be consistent with its own total."""
            received = self._client.index(self._index, as_of, offset)
            _require_rows(received)
            total, has_more = received.meta.get("total"), bool(received.meta.get("has_more"))
            if not isinstance(total, int) or has_more != (offset + len(received.rows) < total):
                came = f"{len(received.rows)} of {total} rows with has_more {has_more}"
                raise TransientError(f"{received.asked}: received {came}, which is inconsistent")
            return to_payload(request, {"total": total, "has_more": has_more}, typed(received, INDEX_READ))

        return self._fetcher.fetch(NAME, LISTS, request, ask, max_age)


def constituents_rows(lines: pl.DataFrame) -> Delivery:
    """Convert the index's rows, with their lines, to `CONSTITUENTS_COLUMNS`.

    The index has neither values nor sectors. Of two rows with the same line and day the first is kept and
    the other refused.
    """
    # A ticker that the vendor gives to another company is no name of a line; with the list's own name it is.
    spelled = pl.concat_str(
        pl.lit("ticker"),
        "symbol",
        pl.when("is_refused").then(
            pl.col("name").str.to_uppercase().str.extract_all("[A-Z0-9]+").list.join("-")
        ),
        separator=":",
        ignore_nulls=True,
    )
    named = lines.with_columns(
        source_id=pl.coalesce(pl.col("line").cast(pl.String), spelled),
        snapshot_date="as_of",
        source=pl.lit(NAME),
    ).sort("as_of", "source_id", "ticker", "name", nulls_last=True)
    is_repeated = pl.int_range(pl.len()).over("as_of", "source_id") > 0
    repeated = named.filter(is_repeated).with_columns(rule=pl.lit("duplicate_line"))
    blank = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in CONSTITUENTS_COLUMNS.items()
        if name not in named.columns
    ]
    rows = (
        named.filter(~is_repeated)
        .with_columns(blank)
        .select(pl.col(name).cast(dtype) for name, dtype in CONSTITUENTS_COLUMNS.items())
    )
    return Delivery(
        rows, write_refused(repeated, pl.col("as_of").dt.year(), ["as_of", "source_id", "ticker", "name"])
    )


def _date_of(text: object, asked: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        raise RefusedError(
            f"{asked}: the response says that the index ends on {shortened(repr(text))}, which is not a date"
        ) from None


def _require_rows(received: Received) -> None:
    if len(received.rows) == 0:
        raise TransientError(
            f"{received.asked}: the response is empty; an empty list is never read as an index "
            f"without members"
        )
