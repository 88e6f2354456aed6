"""Index membership from the downloaded holdings of the fund that tracks it: chooses the list for an as_of.

Files are downloaded in `ishares.download` and read in `ishares.holdings`; lines are resolved in
`identity.lines`.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from functools import cached_property

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.holdings import HoldingsRules, IndexFund
from smallcap.sources.base import CONSTITUENTS_COLUMNS, SECURITIES_COLUMNS, Delivery
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.fetching import Fetcher
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.files.lists import Lists, choose_lists, combine_lists, holdings_rows
from smallcap.sources.identity.lines import resolve_lines
from smallcap.sources.identity.sightings import LISTED_COLUMNS, Sightings
from smallcap.sources.ishares.download import SETTLED_AFTER, SOURCE, HoldingsSite, of_downloads
from smallcap.sources.ishares.holdings import Holdings, NoListError

_LOG = logging.getLogger(__name__)
_NO_COMPANIES = pl.DataFrame(
    schema={
        "symbol": pl.String,
        "source_entity_id": pl.String,
        "first_date": pl.Date,
        "last_date": pl.Date,
        "name": pl.String,
        "sector": pl.String,
        "sic": pl.String,
        "gics": pl.String,
    }
)


class IsharesLists:
    """The lists of one index.

    Parameters
    ----------
    fetcher
        Sends requests, and keeps the files.
    limits
        Limits of one response.
    base_url
        The site.
    index
        Our name of the index; the rules must name its fund.
    rules
        The rules for holdings files.
    aliases
        Dated aliases of tickers (`load_ticker_aliases`).
    today
        The current day.
    latest_max_age
        The current file is requested again when it was fetched longer ago.
    min_members
        Fewer members are implausible; None: the rules' minimum for downloads.

    Raises
    ------
    InputError
        When the rules name no fund for the index.
    """

    name = SOURCE

    def __init__(
        self,
        fetcher: Fetcher,
        limits: HttpLimits,
        *,
        base_url: str,
        index: str,
        rules: HoldingsRules,
        aliases: pl.DataFrame,
        today: dt.date,
        latest_max_age: dt.timedelta,
        min_members: int | None = None,
    ) -> None:
        self._site = HoldingsSite(
            fetcher,
            limits,
            base_url=base_url,
            fund=_fund(rules, index),
            rules=of_downloads(rules, min_members),
            today=today,
            latest_max_age=latest_max_age,
        )
        self._index = index
        self._rules = rules
        self._aliases = aliases
        self._today = today

    def membership_dates(self) -> list[dt.date]:
        """Sessions for which a list can be requested, ascending."""
        return self._sessions.to_list()

    def constituents(self, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of: from the list of that day, else the newest one of the days before it.

        Every row that is not a member is refused with the reason. A notice names each as_of for which an
        older list than that of its newest session is used.

        Raises
        ------
        InputError
            When no list could be read for an as_of, and the site did not say that there is none.
        TransientError, QuotaError
            See `Fetcher.fetch`.
        """
        notices = [notice for as_of in sorted(set(as_ofs)) for notice in self._provide(as_of)]
        for notice in notices:
            _LOG.warning("%s", notice)
        if not self._by_day:
            return Delivery(pl.DataFrame(schema=CONSTITUENTS_COLUMNS), notices=tuple(notices))
        lists = self._lists()
        step_back = self._rules.download.max_step_back_days
        delivery = choose_lists(lists, self._lines(lists), self._index, as_ofs, step_back, self.name)
        return Delivery(delivery.rows, delivery.refused, tuple(notices))

    def securities(self) -> Delivery:
        """Every line of the lists that were ever downloaded, one row per ticker spell.

        Companies are resolved by name only.
        """
        if not self._by_day:
            return Delivery(pl.DataFrame(schema=SECURITIES_COLUMNS))
        return Delivery(self._lines(self._lists()).select(*SECURITIES_COLUMNS))

    @cached_property
    def _sessions(self) -> pl.Series:
        return nyse_sessions(self._rules.download.first_list, self._today)

    @cached_property
    def _by_day(self) -> dict[dt.date, Holdings]:
        """The available lists; of two downloads of one day the first is used."""
        found: dict[dt.date, Holdings] = {}
        for holdings in self._site.kept():
            found.setdefault(holdings.as_of, holdings)
        return found

    def _lists(self) -> Lists:
        parts = [holdings_rows(self._by_day[day]) for day in sorted(self._by_day)]
        return combine_lists([rows for rows, _ in parts], [refused for _, refused in parts], self._aliases)

    def _lines(self, lists: Lists) -> pl.DataFrame:
        listed = lists.rows.select(LISTED_COLUMNS)
        return resolve_lines(Sightings(listed, _NO_COMPANIES), self._aliases, self._rules, self.name)

    def _provide(self, as_of: dt.date) -> list[str]:
        """Load the list for an as_of; return a notice where it is not that of the newest session."""
        days = self._days_for(as_of)
        refusals: list[str] = []
        for day in days:
            holdings = self._list_of(day, refusals)
            if holdings is None and day == days[0] and as_of > self._today - SETTLED_AFTER:
                holdings = self._latest_for(days, refusals)
            if holdings is not None:
                self._by_day.setdefault(holdings.as_of, holdings)
                return _told(as_of, holdings.as_of, days[0], refusals)
        if refusals:
            raise InputError(
                f"{self.name}: no usable list of {self._index} for {as_of} or the days before it "
                f"({len(refusals)} responses refused). "
                f"The first: {refusals[0]}"
            )
        step_back = self._rules.download.max_step_back_days
        return [
            f"{self.name}: there is no list of {self._index} for {as_of} or the {step_back} days before it"
        ]

    def _days_for(self, as_of: dt.date) -> list[dt.date]:
        """List the sessions whose list may be used, newest first."""
        earliest = as_of - dt.timedelta(days=self._rules.download.max_step_back_days)
        return (
            self._sessions.filter(self._sessions.is_between(earliest, as_of)).sort(descending=True).to_list()
        )

    def _list_of(self, day: dt.date, refusals: list[str]) -> Holdings | None:
        if day in self._by_day:
            return self._by_day[day]
        try:
            return self._site.of_day(day)
        except NoListError:
            return None
        except InputError as error:
            refusals.append(str(error))
            return None

    def _latest_for(self, days: list[dt.date], refusals: list[str]) -> Holdings | None:
        try:
            latest = self._site.latest()
        except InputError as error:
            refusals.append(str(error))
            return None
        return latest if latest.as_of in days else None


def _fund(rules: HoldingsRules, index: str) -> IndexFund:
    for fund in rules.indexes:
        if fund.name == index:
            return fund
    known = ", ".join(fund.name for fund in rules.indexes)
    raise InputError(
        f"no fund is known that tracks the index '{index}' (ishares.toml, indexes: {known}); add it there"
    )


def _told(as_of: dt.date, day: dt.date, newest_session: dt.date, refusals: list[str]) -> list[str]:
    if day == newest_session:
        return []
    because = f"; {len(refusals)} responses were refused, the first: {refusals[0]}" if refusals else ""
    return [f"{SOURCE}: the list of {day} is used for {as_of}{because}"]
