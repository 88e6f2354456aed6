"""The asking for one holdings file, at the site's two addresses, and whether the body counts. Which day to ask for is not known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from smallcap.rules.types.holdings import HoldingsRules, IndexFund
from smallcap.sources.fetching import Fetcher, RefusedError
from smallcap.sources.fetching.http import HttpLimits, get
from smallcap.sources.ishares.holdings import Holdings, NoListError, read_holdings

SOURCE = "ishares"
DATASET = "holdings"
SETTLED_AFTER = dt.timedelta(days=7)
"""A day that long ago which has no list never gets one; a newer one may get it tomorrow."""


class HoldingsSite:
    """The holdings files of one fund.

    Parameters
    ----------
    fetcher
        Asks, and keeps what was served.
    limits
        Of one answer.
    base_url
        The site.
    fund
        The fund.
    rules
        What a file must be.
    today
        The present day.
    latest_max_age
        The current file is asked for again when it was fetched longer ago.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        limits: HttpLimits,
        *,
        base_url: str,
        fund: IndexFund,
        rules: HoldingsRules,
        today: dt.date,
        latest_max_age: dt.timedelta,
    ) -> None:
        page = f"{base_url.rstrip('/')}/{fund.page}"
        self._classic = f"{page}/{fund.classic_file}"
        self._latest = f"{page}/latest-holdings.csv"
        self._fetcher = fetcher
        self._limits = limits
        self._fund = fund
        self._rules = rules
        self._today = today
        self._latest_max_age = latest_max_age
        self._last_read: tuple[bytes, Holdings] | None = None

    def of_day(self, day: dt.date) -> Holdings:
        """Return the list of exactly this day, from the classic address.

        Raises
        ------
        NoListError
            When the fund has no list of the day.
        InputError
            When the body does not count: a web page, another fund or day, cut off, an implausible number of
            members.
        TransientError, QuotaError
            As `Fetcher.fetch` says.
        """
        request = {"url": self._classic, "as_of": day.isoformat()}
        parameters = {
            "fileType": "csv",
            "fileName": self._fund.file_name,
            "dataType": "fund",
            "asOfDate": f"{day:%Y%m%d}",
        }
        name = f"{self._classic}?asOfDate={day:%Y%m%d}"

        def read(payload: bytes) -> Holdings:
            holdings = self._read(payload, name)
            if holdings.as_of != day:
                raise RefusedError(f"{name} answered with the list of {holdings.as_of}, not of {day}")
            return holdings

        def ask() -> bytes:
            payload = get(self._classic, parameters, self._limits)
            self._require_countable(payload, read, day)
            return payload

        return read(self._fetcher.fetch(SOURCE, DATASET, request, ask))

    def latest(self) -> Holdings:
        """Return the current list, from the new address, which has no other; it raises as `of_day` does."""

        def ask() -> bytes:
            payload = get(self._latest, {}, self._limits)
            self._read(payload, self._latest)
            return payload

        payload = self._fetcher.fetch(SOURCE, DATASET, {"url": self._latest}, ask, self._latest_max_age)
        return self._read(payload, self._latest)

    def kept(self) -> Iterator[Holdings]:
        """Go through the lists that were downloaded before, the first download coming first."""
        for one in self._fetcher.snapshots.every(SOURCE, DATASET):
            if one.request.get("url") in (self._classic, self._latest):
                try:
                    yield self._read(one.payload, str(one.request["url"]))
                except NoListError:
                    continue

    def _read(self, payload: bytes, name: str) -> Holdings:
        # what was judged before it was kept is not read again right after
        if self._last_read is not None and self._last_read[0] == payload:
            return self._last_read[1]
        holdings = read_holdings(payload, name, self._rules)
        if holdings.index_name != self._fund.name:
            raise RefusedError(
                f"{name} is of the wrong fund: '{holdings.fund}' follows {holdings.index_name}, "
                f"not {self._fund.name}"
            )
        self._last_read = (payload, holdings)
        return holdings

    def _require_countable(self, payload: bytes, read: Callable[[bytes], Holdings], day: dt.date) -> None:
        """Raise for a body that is not kept; that a day long ago has no list is an answer, and kept."""
        try:
            read(payload)
        except NoListError:
            if day > self._today - SETTLED_AFTER:
                raise
