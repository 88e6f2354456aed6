"""Downloads one holdings file from either of the site's two addresses, and checks that it is usable.

The caller chooses the day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from smallcap.rules.types.holdings import HoldingsRules, IndexFund
from smallcap.sources.fetching import Fetcher, RefusedError
from smallcap.sources.fetching.http import HttpLimits, get
from smallcap.sources.ishares.holdings import Holdings, NoListError, read_holdings, stated_date

SOURCE = "ishares"
DATASET = "holdings"
SETTLED_AFTER = dt.timedelta(days=7)
"""A day older than this that has no list never gets one; for a newer day a list may still appear."""


class HoldingsSite:
    """The holdings files of one fund.

    Parameters
    ----------
    fetcher
        Sends requests, and keeps the files.
    limits
        Limits of one response.
    base_url
        The site.
    fund
        The fund.
    rules
        The rules for holdings files.
    today
        The current day.
    latest_max_age
        The current file is requested again when it was fetched longer ago.
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
            When the body is not usable: a web page, another fund or day, incomplete, an implausible number of
            members.
        TransientError, QuotaError
            See `Fetcher.fetch`.
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
            """Read the list, which has to be of the day."""
            holdings = self._read(payload, name)
            if holdings.as_of != day:
                raise RefusedError(f"{name} answered with the list of {holdings.as_of}, not of {day}")
            return holdings

        def ask() -> bytes:
            """Download the list of the day."""
            payload = get(self._classic, parameters, self._limits)
            self._require_countable(payload, read, day)
            return payload

        return read(self._fetcher.fetch(SOURCE, DATASET, request, ask))

    def latest(self) -> Holdings:
        """Return the current list, the only one at the new address; raises as `of_day` does."""

        def ask() -> bytes:
            """Download the current list."""
            payload = get(self._latest, {}, self._limits)
            self._read(payload, self._latest)
            return payload

        payload = self._fetcher.fetch(SOURCE, DATASET, {"url": self._latest}, ask, self._latest_max_age)
        return self._read(payload, self._latest)

    def kept(self) -> Iterator[Holdings]:
        """Yield the lists that were downloaded before, oldest download first."""
        for one in self._fetcher.snapshots.every(SOURCE, DATASET):
            if one.request.get("url") in (self._classic, self._latest):
                try:
                    yield self._read(one.payload, str(one.request["url"]))
                except NoListError:
                    continue

    def kept_by_day(self) -> dict[dt.date, Callable[[], Holdings]]:
        """Return what reads each list that was downloaded before, by its date; of two of a day the first.

        Only the first lines of the files are read: a home of many nights has many of them.
        """
        found: dict[dt.date, Callable[[], Holdings]] = {}
        for one in self._fetcher.snapshots.every(SOURCE, DATASET):
            name = str(one.request.get("url"))
            if name in (self._classic, self._latest):
                try:
                    day = stated_date(one.payload, name)
                except NoListError:
                    continue
                found.setdefault(day, partial(self._read, one.payload, name))
        return found

    def _read(self, payload: bytes, name: str) -> Holdings:
        # A payload that was just checked before it was kept is not read a second time.
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
        """Raise for a body that must not be kept; one that says an old day has no list is kept."""
        try:
            read(payload)
        except NoListError:
            if day > self._today - SETTLED_AFTER:
                raise


def of_downloads(rules: HoldingsRules, min_members: int | None) -> HoldingsRules:
    """Return the rules with the minimum number of members of downloaded files in place of that of a folder's.

    Parameters
    ----------
    rules
        The rules of holdings files.
    min_members
        The minimum; None: that of the rules for downloads.
    """
    floor = rules.download.min_members if min_members is None else min_members
    return dataclasses.replace(rules, plausibility=dataclasses.replace(rules.plausibility, min_members=floor))
