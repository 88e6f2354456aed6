"""The SEC's addresses: who may ask and how often, and which part answers; all its hosts are this one."""

from __future__ import annotations

import bisect
import datetime as dt
import io
import re
import threading
import zipfile
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from tests.standin import sec_fails, sec_funds, sec_records
from tests.standin.sec_facts import facts_document
from tests.standin.sec_filings import filings_by_company
from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import HTML, JSON, ZIP, Answer, Request

XML: Final = "application/xml"
TEXT: Final = "text/plain"
CONTACT: Final = re.compile(r"[^@]*[A-Za-z][^@]* \S+@\S+\.\S+")
NO_REPLY: Final = re.compile(r"no-?reply", re.IGNORECASE)
UNDECLARED: Final = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Your Request Originates from an Undeclared Automated Tool"
    b"</title></head><body>Please declare your traffic.</body></html>"
)
TOO_OFTEN: Final = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
)
ABSENT: Final = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
PLACES: Final = ("files", "cgi-bin", "LATEST", "Archives", "submissions", "api")


class Gate:
    """Who asked when, by the machine's clock: more than the limit in a second shuts everybody out."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._is_shut = False
        self._lock = threading.Lock()
        self.most_in_a_second = 0

    def refusal(self, request: Request, settings: Settings) -> Answer | None:
        """Return the answer to a request that is not let through."""
        if not CONTACT.fullmatch(request.agent) or NO_REPLY.search(request.agent):
            return Answer(403, UNDECLARED, HTML)
        with self._lock:
            bisect.insort(self._times, request.arrived)
            since = bisect.bisect_right(self._times, request.arrived - 1.0)
            count = bisect.bisect_right(self._times, request.arrived) - since
            self.most_in_a_second = max(self.most_in_a_second, count)
            limit = settings.sec_most_per_second
            self._is_shut = self._is_shut or (limit is not None and count > limit)
            return Answer(403, TOO_OFTEN, HTML) if self._is_shut else None


def answer(request: Request, universe: Universe, settings: Settings, gate: Gate) -> Answer:
    """Answer a request under one of `PLACES`."""
    refusal = gate.refusal(request, settings)
    if refusal is not None:
        return refusal
    for pattern, write, kind in _PARTS:
        if found := re.fullmatch(pattern, request.path):
            content = write(universe, settings.today, found.groupdict(), request)
            return Answer(404, ABSENT, XML) if content is None else Answer(200, content, kind)
    return Answer(404, ABSENT, XML)


Names = dict[str, str]
Write = Callable[[Universe, dt.date, Names, Request], bytes | None]


def _facts(universe: Universe, today: dt.date, names: Names, _: Request) -> bytes | None:
    return company_facts(universe, int(names["cik"]), today)


@lru_cache(maxsize=128)
def company_facts(universe: Universe, cik: int, today: dt.date) -> bytes | None:
    """Write a company's facts; None where it has filed no tagged statement."""
    filings = [filing for filing in filings_by_company(universe).get(cik, ()) if filing.filed <= today]
    if not any(filing.fp for filing in filings):
        return None
    return facts_document(cik, str(sec_records.companies(universe)[cik]["entity_name"]), filings)


def _bulk(universe: Universe, today: dt.date, _: Names, __: Request) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for cik in filings_by_company(universe):
            document = company_facts(universe, cik, today)
            if document is not None:
                archive.writestr(f"CIK{cik:010d}.json", document)
    return buffer.getvalue()


def _feed(universe: Universe, today: dt.date, _: Names, request: Request) -> bytes | None:
    query = request.query
    start, count = int(query.get("start") or 0), int(query.get("count") or 40)
    return sec_funds.feed(universe, query.get("CIK", ""), start, count, today)


def _quarter(write: Callable[[Universe, int, int, dt.date], bytes | None]) -> Write:
    return lambda universe, today, names, _: write(universe, int(names["year"]), int(names["quarter"]), today)


_PARTS: Final[tuple[tuple[str, Write, str], ...]] = (
    (r"/api/xbrl/companyfacts/CIK(?P<cik>\d{10})\.json", _facts, JSON),
    (
        r"/submissions/CIK(?P<cik>\d{10})\.json",
        lambda universe, today, names, _: sec_records.submissions(universe, int(names["cik"]), today),
        JSON,
    ),
    (
        r"/files/company_tickers_exchange\.json",
        lambda universe, today, *_: sec_records.company_tickers(universe, today),
        JSON,
    ),
    (r"/files/company_tickers_mf\.json", lambda *_: sec_funds.fund_tickers(), JSON),
    (r"/cgi-bin/browse-edgar", _feed, XML),
    (
        r"/LATEST/search-index",
        lambda universe, today, _, request: sec_funds.search(universe, request.query.get("q", ""), today),
        JSON,
    ),
    (
        r"/Archives/edgar/data/\d+/(?P<accession>\d{18})/primary_doc\.xml",
        lambda universe, today, names, _: sec_funds.document(universe, names["accession"], today),
        XML,
    ),
    (
        r"/files/data/fails-deliver-data/cnsfails(?P<half>\d{6}[ab])\.zip",
        lambda universe, today, names, _: sec_fails.fails_file(universe, names["half"], today),
        ZIP,
    ),
    (
        r"/files/dera/data/financial-statement-data-sets/(?P<year>\d{4})q(?P<quarter>\d)\.zip",
        _quarter(sec_records.statement_set),
        ZIP,
    ),
    (
        r"/Archives/edgar/full-index/(?P<year>\d{4})/QTR(?P<quarter>\d)/company\.idx",
        _quarter(sec_records.company_index),
        TEXT,
    ),
    (
        r"/Archives/edgar/daily-index/\d{4}/QTR\d/master\.(?P<day>\d{8})\.idx",
        lambda universe, today, names, _: sec_records.daily_index(
            universe, dt.datetime.strptime(names["day"], "%Y%m%d").date(), today
        ),
        TEXT,
    ),
    (r"/Archives/edgar/daily-index/xbrl/companyfacts\.zip", _bulk, ZIP),
)
