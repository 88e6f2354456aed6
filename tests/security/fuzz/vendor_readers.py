"""The readers of vendors' responses, through the vendor's own client but without a network."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from pydantic import SecretStr

from smallcap.rules.types.sec import Form
from smallcap.sources.edgar.bodies import page_title, require_form
from smallcap.sources.edgar.bulk import member_of, open_bulk
from smallcap.sources.edgar.changes import filers
from smallcap.sources.fetching import TransientError
from smallcap.sources.fetching.http import HttpLimits, raise_for_status
from smallcap.sources.public.filers import table_of_filings
from smallcap.sources.sec.data_sets import read_filers
from smallcap.sources.xfinlink import XfinlinkClient
from smallcap.sources.xfinlink.answers import Topic
from smallcap.sources.xfinlink.constituents import IndexLists
from smallcap.sources.xfinlink.frames import typed
from smallcap.sources.xfinlink.fundamentals import fundamentals_topic
from smallcap.sources.xfinlink.metrics import metrics_topic
from smallcap.sources.xfinlink.names import Names
from smallcap.sources.xfinlink.prices import prices_topic
from smallcap.sources.xfinlink.units import FUNDAMENTALS_READ, METRICS_READ, PRICES_READ
from tests.component.sources.fetchers import Bench
from tests.component.sources.sec.test_data_sets import archive
from tests.security.fuzz.file_readers import Reader

START, END = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
TOPICS: Final[dict[str, Callable[[XfinlinkClient], Topic]]] = {
    "fundamentals": fundamentals_topic,
    "metrics": metrics_topic,
    "prices": prices_topic,
}
LONGEST_ERROR = 1000
"""Characters: a server's own text is shortened."""
_KEYS: Final[dict[str, object]] = {
    "entity_id": 7,
    "period_end": "2024-06-30",
    "date": "2024-06-28",
    "version": "original",
    "period_type": "annual",
    "ticker": "AAAA",
    "currency": "USD",
    "fiscal_year": 2024,
    "period_days": 365,
}
_LINE: Final = {
    "entity_id": 7,
    "name": "A CORP",
    "cik": "0000000007",
    "ticker_valid_from": "2020-01-02",
    "ticker_valid_to": None,
    "classifications": {"gics_sector": "Energy", "sic": "1311", "gics_sub_industry": "10102020"},
}


def _documents() -> dict[str, bytes]:
    columns = {"fundamentals": FUNDAMENTALS_READ, "metrics": METRICS_READ, "prices": PRICES_READ}
    rows: dict[str, Any] = {
        f"{name}.json": {
            "data": [
                {column: _KEYS.get(column, None if column.endswith("_date") else 1.5) for column in read}
                | {"ticker": "AAAA"}
            ],
            "meta": {"has_more": False, "next_cursor": None, "count": 1},
        }
        for name, read in columns.items()
    }
    rows["index.json"] = {
        "data": [{"entity_id": 7, "ticker": "AAAA", "entity_name": "A CORP"}],
        "meta": {"total": 1, "has_more": False, "coverage_end": "2024-12-31"},
    }
    rows["resolve.json"] = {"data": {"AAAA": {"entities": [_LINE]}}, "meta": {"tickers_unresolved": []}}
    return {name: json.dumps(document).encode() for name, document in rows.items()}


@cache
def _client() -> tuple[XfinlinkClient, list[bytes]]:
    """Make a client, and the list whose last entry every request is answered with."""
    client = XfinlinkClient(
        "http://127.0.0.1:9", SecretStr("x" * 30), HttpLimits(1.0, 1_000_000), 3, lambda: None
    )
    payloads: list[bytes] = []
    client._connections = httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200, content=payloads[-1]))
    )
    return client, payloads


def _response(payload: bytes, name: str, folder: Path) -> object:
    client, payloads = _client()
    payloads[:] = [payload]
    topic, fetcher = name.removesuffix(".json"), Bench(folder, max_retries=0).fetcher
    if topic == "index":
        lists = IndexLists(fetcher, client, "russell2000", dt.timedelta(days=1))
        return lists.coverage_end(), lists.rows(END)
    if topic == "resolve":
        names = Names(fetcher, client)
        return names.resolve(["AAAA"]), names.known(), names.resolved_at()
    asked = TOPICS[topic](client)
    return asked.shape(typed(asked.ask((7,), START, END), asked.columns))


def _error_body(payload: bytes, name: str, folder: Path) -> object:
    headers = {"Retry-After": payload[:9].decode(errors="replace")}
    with pytest.raises(TransientError) as raised:
        raise_for_status(429, payload, headers, "address")
    assert len(str(raised.value)) < LONGEST_ERROR
    return raised.value.retry_after


_INDEX: Final = (
    b"Description: Daily Index\n\nCIK|Company Name|Form Type|Date Filed|File Name\n------\n"
    b"7|A CORP|10-K|20240506|edgar/data/7/x.txt\n8|B CORP|8-K|20240506|edgar/data/8/x.txt\n"
)
_FORMS: Final[tuple[Form, ...]] = ("json", "xml", "text", "zip")


def _daily_index(payload: bytes, name: str, folder: Path) -> object:
    return filers(payload, lambda form: form == "10-K")


def _body(payload: bytes, name: str, folder: Path) -> object:
    for form in _FORMS:
        with contextlib.suppress(TransientError):
            require_form(payload, form, name)
    return page_title(payload)


def _bulk() -> dict[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bulk:
        bulk.writestr("CIK0000000007.json", b'{"cik": 7, "facts": {}}' * 20)
    return {"companyfacts.zip": buffer.getvalue()}


def _unpacked(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    with open_bulk(folder / name) as bulk:
        return member_of(bulk, "0000000007")


def _table_of_filings(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    return read_filers(table_of_filings(folder / name, name), name)


VENDOR_READERS: Final[dict[str, Reader]] = {
    "vendor's response": Reader(_documents, _response, cost=2),
    "error of a server": Reader(
        lambda: {"error.json": b'{"detail": "too many requests", "retry_after_seconds": 3}'}, _error_body
    ),
    "daily index of filings": Reader(lambda: {"master.idx": _INDEX}, _daily_index),
    "body of a file": Reader(
        lambda: {"page.html": b"<html><head><title>One moment</title></head></html>"}, _body
    ),
    "bulk file of figures": Reader(_bulk, _unpacked),
    "table of filings of a data set": Reader(lambda: {"2021q1.zip": archive()}, _table_of_filings),
}
