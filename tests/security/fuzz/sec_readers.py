"""The readers of the SEC's files: fund reports, fails-to-deliver, tickers, submissions, feeds and indexes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from smallcap.sources.fails.file import closes, read_fails
from smallcap.sources.nport.document import read_report
from smallcap.sources.sec_index.company_index import read_company_index
from smallcap.sources.sec_index.feed import read_feed
from smallcap.sources.sec_index.submissions import read_older_filings, read_submissions
from smallcap.sources.sec_index.tickers import read_company_tickers, read_fund_tickers
from tests.component.sources.crafted_sec import as_json, document, fails_file, position
from tests.component.sources.test_sec_index import (
    BY_COMPANY,
    BY_FORM,
    COMPANIES,
    FEED,
    FUNDS,
    RECENT,
    SUBMISSIONS,
)
from tests.security.fuzz.file_readers import Reader
from tests.security.fuzz.inputs import packed

_FAILS: Final = fails_file("20210601|12345A109|ABC|120|A CO|25.50", "20210602|98765Z104|BRK.B|7|B CO|.")
_LISTS: Final[dict[str, Callable[[bytes, str], object]]] = {
    "company_tickers_exchange.json": read_company_tickers,
    "company_tickers_mf.json": read_fund_tickers,
    "submissions.json": read_submissions,
    "submissions-001.json": read_older_filings,
}


def _fails(payload: bytes, name: str, folder: Path) -> object:
    found = read_fails(payload, name)
    return closes(found)


SEC_READERS: Final[dict[str, Reader]] = {
    "fund's report": Reader(
        lambda: {
            "primary_doc.xml": document(position(), position("B & B CO", level="3")),
            "amended.xml": b"\n" + document(position(), kind="NPORT-P/A"),
        },
        lambda payload, name, folder: read_report(payload, name),
    ),
    "fails to deliver": Reader(
        lambda: {"cnsfails202106a.txt": _FAILS, "cnsfails202106a.zip": packed(_FAILS, "cnsfails202106a.txt")},
        _fails,
    ),
    "list of the SEC": Reader(
        lambda: dict(zip(_LISTS, map(as_json, (COMPANIES, FUNDS, SUBMISSIONS, RECENT)), strict=True)),
        lambda payload, name, folder: _LISTS[name](payload, name),
    ),
    "feed of filings": Reader(
        lambda: {"feed.xml": FEED}, lambda payload, name, folder: read_feed(payload, name)
    ),
    "index of filings": Reader(
        lambda: {"form.idx": BY_FORM, "company.idx": BY_COMPANY},
        lambda payload, name, folder: read_company_index(payload, name),
    ),
}
