"""The transport between the vendor's client and the network during one call.

The client sends requests through ``httpx.get`` of its module. It opens a connection per page, does not
report the number of pages, reads responses of any size, ignores that more rows exist when there is no cursor,
accepts NaN as JSON, and sleeps and retries by itself. So during a call the ``httpx`` of its module is
replaced by a `Wire`; everything else is the client's own.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import httpx
from xfinlink import client as vendor

from smallcap.sources.fetching import Redactor, RefusedError, TransientError
from smallcap.sources.fetching.http import (
    TRANSIENT_STATUSES,
    WHOLE_ANSWER_TIMEOUTS,
    HttpLimits,
    raise_for_status,
    shortened,
)

_FIRST_SERVER_ERROR = 500
_HEADERS_OF_PACKING = ("content-encoding", "transfer-encoding", "content-length")


class TooManyPagesError(RefusedError):
    """The response has more pages than the plan allows: the request must be split."""


class Answer(httpx.Response):
    """A complete response whose JSON is parsed strictly: NaN and Infinity are not JSON."""

    document: Any = None

    def json(self, **_: Any) -> Any:
        """Return the document.

        For an error body that is not JSON this raises ValueError, as the client expects.
        """
        if self.document is None:
            self.document = _without_surrogates(
                self.content, json.loads(self.content, parse_constant=_refuse_constant)
            )
        return self.document


class Wire:
    """The transport of one call.

    Parameters
    ----------
    connections
        The pool of connections, which are reused.
    limits
        Limits of one response.
    max_pages
        Maximum pages per call.
    before_page
        Called before every page but the first, which the caller has counted.
    redactor
        Removes the key from responses, so that one that repeats it does not bring it into a table.

    Attributes
    ----------
    pages
        Pages requested so far.
    status
        Status of the last response.
    meta
        Metadata of the last response.
    update_notice
        The vendor's notice of a newer client, if any.
    """

    def __init__(
        self,
        connections: httpx.Client,
        limits: HttpLimits,
        max_pages: int,
        before_page: Callable[[], None],
        redactor: Redactor,
    ) -> None:
        self._connections = connections
        self._limits = limits
        self._max_pages = max_pages
        self._before_page = before_page
        self._redactor = redactor
        self.pages = 0
        self.status = 0
        self.meta: Mapping[str, Any] = {}
        self.update_notice: str | None = None

    def __getattr__(self, name: str) -> Any:
        """Return httpx's own attribute for everything but `get`: the client catches its exceptions."""
        return getattr(httpx, name)

    @contextmanager
    def standing_in(self) -> Iterator[None]:
        """Replace the client's httpx by this object."""
        original = vendor.httpx
        vendor.httpx = self
        try:
            yield
        finally:
            vendor.httpx = original

    def get(
        self, url: str, *, headers: Mapping[str, str], timeout: float, params: Mapping[str, Any] | None = None
    ) -> Answer:
        """Request one page.

        Transient failures are raised as our own errors, past the client, which would sleep and retry.
        """
        self._count_page()
        address = url.split("?")[0]
        try:
            answer = self._read(url, dict(params or {}), dict(headers), timeout, address)
        except httpx.TransportError as error:
            if is_certificate_refused(error):
                raise RefusedError(f"{address}: the certificate is not accepted ({error})") from None
            raise TransientError(f"{address}: {type(error).__name__} {error}".rstrip()) from None
        self.status = answer.status_code
        if answer.status_code in TRANSIENT_STATUSES or answer.status_code >= _FIRST_SERVER_ERROR:
            raise_for_status(answer.status_code, answer.content, answer.headers, address)
        if answer.is_redirect:
            place = shortened(answer.headers.get("location", "nowhere"))
            raise RefusedError(
                f"{address} sends elsewhere, to {place!r}; the key is sent to no other address. Check "
                f"SMALLCAP_XFINLINK_BASE_URL",
                status=answer.status_code,
            )
        if answer.is_success:
            self._look_at(answer, address)
        return answer

    def _count_page(self) -> None:
        if self.pages >= self._max_pages:
            raise TooManyPagesError(
                f"the response has more than {self._max_pages} pages, the maximum of the plan for one call"
            )
        if self.pages:
            self._before_page()
        self.pages += 1

    def _read(
        self, url: str, params: dict[str, Any], headers: dict[str, str], timeout: float, address: str
    ) -> Answer:
        latest = time.monotonic() + timeout * WHOLE_ANSWER_TIMEOUTS
        body = bytearray()
        asked = self._connections.stream("GET", url, params=params, headers=headers, timeout=timeout)
        with asked as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._limits.max_bytes:
                    raise RefusedError(
                        f"{address}: the response is larger than {self._limits.max_bytes / 1e6:g} MB. "
                        "Raise max_response_mb (SMALLCAP_MAX_RESPONSE_MB) if that size is expected"
                    )
                if time.monotonic() > latest:
                    raise TransientError(
                        f"{address}: the response was not complete after {WHOLE_ANSWER_TIMEOUTS} time-outs"
                    )
        # The body is decoded already; with these headers it would be decoded again.
        kept = {
            name: value for name, value in response.headers.items() if name.lower() not in _HEADERS_OF_PACKING
        }
        content = self._redactor.payload(bytes(body))
        return Answer(response.status_code, headers=kept, content=content, request=response.request)

    def _look_at(self, answer: Answer, address: str) -> None:
        try:
            document = answer.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise TransientError(
                f"{address} answered {_begins_with(answer.content)}, which is not JSON ({error})"
            ) from None
        except ValueError as error:
            raise RefusedError(f"{address}: {error}") from None
        # A copy, because the client overwrites the metadata.
        self.meta = dict(document.get("meta") or {}) if isinstance(document, dict) else {}
        if answer.headers.get("X-Xfinlink-Client-Update"):
            self.update_notice = (
                answer.headers.get("X-Xfinlink-Client-Update-Message") or "a newer client is available"
            )


def is_certificate_refused(error: BaseException | None) -> bool:
    """Whether a connection failed for want of a valid certificate, which another attempt does not change."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _without_surrogates(content: bytes, document: Any) -> Any:
    """Remove unpaired surrogates: JSON can escape them, but they are not valid text in a table."""
    if b"\\ud" not in content.lower():
        return document
    return json.loads(json.dumps(document, ensure_ascii=False).encode(errors="ignore"))


def _begins_with(content: bytes) -> str:
    start = " ".join(content[:60].decode("utf-8", errors="replace").split())
    return f"with {start!r}" if start else "with nothing"


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"the response contains {constant}, which is not a JSON number")
