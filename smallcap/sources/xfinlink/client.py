"""A wrapper around the vendor's client: one method per request; warnings become errors that name it."""

from __future__ import annotations

import datetime as dt
import logging
import re
import warnings
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
from pydantic import SecretStr
from xfinlink import client as vendor

from smallcap.errors import InputError, SmallcapError
from smallcap.sources.fetching import Redactor, RefusedError, TransientError
from smallcap.sources.fetching.http import HttpLimits, shortened
from smallcap.sources.xfinlink.wire import TooManyPagesError, Wire

NAME: Final = "xfinlink"
INDEX_PAGE_ROWS: Final = 1000
MOST_PAGES: Final = 50
"""Pages after which the client itself stops, even if the plan allows more."""

METRIC_FIELDS: Final = (
    "roe",
    "fcf_margin",
    "debt_to_assets",
    "interest_coverage",
    "altman_z_score",
    "market_cap",
)
PRICE_FIELDS: Final = ("close", "adj_close", "return_daily", "split_ratio")

_NO_ROW_LIMIT: Final = 10**9
_NOT_FOUND = 404
_REFUSED_NAME = (400, 404)
_UNAUTHORISED = (401, 403)
_INDEX_NAME = re.compile(r"[A-Za-z0-9_]+")
_NO_DATA = re.compile(r"xfinlink: No data returned")
_TRUNCATED = re.compile(r"xfinlink: Results truncated")
_ONE_PAGE_OF_MORE = re.compile(r"xfinlink: index\(.*\) returned \d+ of \d+ rows")
_NEWER_CLIENT = re.compile(r"newer Python client")
_LOG = logging.getLogger(__name__)


class EmptyAnswerError(RefusedError):
    """The response has no rows."""


class UnknownNameError(RefusedError):
    """The vendor does not know the requested name: an index or an id."""


@dataclass(frozen=True)
class Received:
    """The response to one request.

    Attributes
    ----------
    rows
        The client's own table (a pandas frame), or its document for `resolve`, `usage` and `status`.
    meta
        The metadata of the last page.
    asked
        A description of the request, for messages.
    """

    rows: Any
    meta: dict[str, Any]
    asked: str


class XfinlinkClient:
    """Sends one request at a time through the vendor's client.

    Parameters
    ----------
    base_url
        The vendor's address.
    api_key
        The key; with None the first request raises an error that says what to set.
    limits
        Limits of one response.
    max_pages
        Pages that the plan allows for one call.
    before_page
        Called before every page but the first of a call.
    """

    def __init__(
        self,
        base_url: str,
        api_key: SecretStr | None,
        limits: HttpLimits,
        max_pages: int,
        before_page: Callable[[], None],
    ) -> None:
        self._base_url = base_url
        self._key = api_key.get_secret_value() if api_key is not None else ""
        self._limits = limits
        self._max_pages = min(max_pages, MOST_PAGES)
        self._before_page = before_page
        self._redactor = Redactor([self._key])
        self._connections = httpx.Client(timeout=limits.timeout_seconds)
        weakref.finalize(self, self._connections.close)

    def index(self, name: str, as_of: dt.date | None, offset: int, limit: int = INDEX_PAGE_ROWS) -> Received:
        """Request one page of an index's members at a day; None: now."""
        if not _INDEX_NAME.fullmatch(name):
            raise InputError(
                f"'{name}' is not an index name; use letters, digits and underscores (setting index_name)"
            )
        asked = f"index {name}, as_of {as_of or 'now'}, rows from {offset}"
        return self._call(
            asked,
            vendor.index,
            expected=_ONE_PAGE_OF_MORE,
            index_name=name,
            as_of=as_of and as_of.isoformat(),
            limit=limit,
            offset=offset,
        )

    def fundamentals(self, ids: Sequence[int], start: dt.date, end: dt.date) -> Received:
        """Request annual records, all versions, of some companies with period_end in [start, end]."""
        return self._data(
            vendor.fundamentals, "fundamentals", ids, start, end, period_type="annual", version="all"
        )

    def quarterly_fundamentals(self, ids: Sequence[int], start: dt.date, end: dt.date) -> Received:
        """Request quarterly records, all versions, of some companies with period_end in [start, end]."""
        return self._data(
            vendor.fundamentals, "fundamentals", ids, start, end, period_type="quarterly", version="all"
        )

    def metrics(self, ids: Sequence[int], start: dt.date, end: dt.date) -> Received:
        """Request annual ratios of some companies with period_end in [start, end]."""
        return self._data(
            vendor.metrics, "metrics", ids, start, end, period_type="annual", fields=list(METRIC_FIELDS)
        )

    def prices(self, ids: Sequence[int], start: dt.date, end: dt.date) -> Received:
        """Request daily rows of some lines with date in [start, end]."""
        return self._data(vendor.prices, "prices", ids, start, end, fields=list(PRICE_FIELDS))

    def resolve(self, tickers: Sequence[str]) -> Received:
        """Request the lines that carried some tickers, and when."""
        return self._call(f"resolve {', '.join(tickers)}", vendor.resolve, ticker=list(tickers))

    def usage(self) -> Received:
        """Request the vendor's own count of used and remaining requests; fails for a wrong key."""
        return self._call("usage", vendor.usage)

    def status(self) -> Received:
        """Request whether the service is up."""
        return self._call("status", vendor.status)

    def _data(
        self,
        function: Callable[..., Any],
        dataset: str,
        ids: Sequence[int],
        start: dt.date,
        end: dt.date,
        **options: Any,
    ) -> Received:
        asked = f"{dataset} of {_shown(ids)}, {start} to {end}"
        received = self._call(
            asked,
            function,
            entity_id=list(ids),
            start=start.isoformat(),
            end=end.isoformat(),
            max_rows=_NO_ROW_LIMIT,
            **options,
        )
        # Without a cursor the client returns the first page as if it were complete, without a warning.
        if received.meta.get("has_more") and not received.meta.get("next_cursor"):
            raise TransientError(f"{asked}: the response says that more rows exist, but has no cursor")
        return received

    def _call(
        self,
        asked: str,
        function: Callable[..., Any],
        *,
        expected: re.Pattern[str] | None = None,
        **parameters: Any,
    ) -> Received:
        """Send one request with the client's own function, never from the client's cache."""
        if not self._key:
            raise InputError(
                "the data vendor's key is missing: set SMALLCAP_XFINLINK_API_KEY in the "
                "environment or in .env "
                "(a free key comes with a vendor account), or use another --preset"
            )
        wire = Wire(self._connections, self._limits, self._max_pages, self._before_page, self._redactor)
        vendor.set_api_base(self._base_url)
        vendor.set_api_key(self._key)
        vendor.set_timeout(self._limits.timeout_seconds)
        vendor.clear_cache()
        try:
            with wire.standing_in(), warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                rows = function(**parameters)
        except Exception as error:  # A malformed response can raise any kind of error in the client.
            raise self._explained(asked, wire, error) from None
        finally:
            vendor.set_api_key("")
            vendor.clear_cache()
        self._judge(asked, wire, [str(warning.message) for warning in caught], expected)
        return Received(rows, dict(wire.meta), asked)

    def _judge(self, asked: str, wire: Wire, warned: Sequence[str], expected: re.Pattern[str] | None) -> None:
        """Raise every warning of the client, except those that the caller expects and version notices."""
        if wire.update_notice:
            _LOG.info("xfinlink: %s", wire.update_notice)
        for text in warned:
            if (
                text == wire.update_notice
                or _NEWER_CLIENT.search(text)
                or (expected and expected.match(text))
            ):
                continue
            kind = (
                EmptyAnswerError
                if _NO_DATA.match(text)
                else TooManyPagesError
                if _TRUNCATED.match(text)
                else RefusedError
            )
            raise kind(self._redactor.text(f"{asked}: {text}"))

    def _explained(self, asked: str, wire: Wire, error: Exception) -> SmallcapError:
        """Return an error that names the request, of the kind that says whether a retry may help."""
        reason = str(error) if isinstance(error, SmallcapError) else shortened(str(error))
        text = self._redactor.text(f"{asked}: {reason}")
        if isinstance(error, TransientError):
            return TransientError(text, error.retry_after)
        if isinstance(error, SmallcapError):
            error.args = (text, *error.args[1:])
            return error
        if not isinstance(error, vendor.XfinlinkError):
            return RefusedError(
                f"{text} ({type(error).__name__}): the response does not have the format that the vendor's "
                f"client expects"
            )
        if wire.status in _UNAUTHORISED:
            return RefusedError(f"{text}. Check SMALLCAP_XFINLINK_API_KEY and the plan that it belongs to")
        is_name = wire.status in _REFUSED_NAME if asked.startswith("index ") else wire.status == _NOT_FOUND
        return UnknownNameError(text) if is_name else RefusedError(text)


def _shown(ids: Sequence[int]) -> str:
    return f"id {ids[0]}" if len(ids) == 1 else f"{len(ids)} ids ({min(ids)} to {max(ids)})"
