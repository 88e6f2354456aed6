"""The source adapter of the data vendor: lists, names, statements, ratios, prices.

Factors, and the fallback for lists, are other sources that the caller passes in.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Final

import polars as pl
from pydantic import SecretStr

from smallcap.errors import InputError
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.rules.types.plans import Plan
from smallcap.sources.base import (
    FUNDAMENTALS_COLUMNS,
    MAX_LIST_AGE_DAYS,
    PRICES_COLUMNS,
    QUARTERLY_FUNDAMENTALS_COLUMNS,
    REFUSED_SCHEMA,
    VENDOR_METRICS_COLUMNS,
    Delivery,
    NamesNoBooks,
    NamesNoConcepts,
)
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.fetching import Fetcher
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.xfinlink.answers import Topic
from smallcap.sources.xfinlink.asking import Asker
from smallcap.sources.xfinlink.client import NAME, UnknownNameError, XfinlinkClient
from smallcap.sources.xfinlink.constituents import IndexLists, constituents_rows
from smallcap.sources.xfinlink.fundamentals import fundamentals_topic, quarterly_fundamentals_topic
from smallcap.sources.xfinlink.line_ids import line_ids, relabelled
from smallcap.sources.xfinlink.metrics import metrics_topic
from smallcap.sources.xfinlink.names import Names
from smallcap.sources.xfinlink.other_sources import FactorFiles, HoldingsLists
from smallcap.sources.xfinlink.prices import prices_topic
from smallcap.sources.xfinlink.reconcile import missing_rows
from smallcap.sources.xfinlink.securities import securities_rows

FIRST_LIST: Final = dt.date(1996, 1, 2)
"""The first day with prices."""

NO_ANSWER: Final = "no answer of the vendor has a row"
NO_ID: Final = "the vendor has no id of it, so it cannot be asked for"
_LOG = logging.getLogger(__name__)


class XfinlinkSource(NamesNoBooks, NamesNoConcepts):
    """The data vendor, through its own client.

    Parameters
    ----------
    fetcher
        Sends requests within the quota, and keeps responses.
    plan
        The plan's limits (`load_plan`).
    base_url
        The vendor's address.
    api_key
        The key; with None the first request raises an error that says what to set.
    limits
        Limits of one response.
    refresh_after
        Age at which a response about a running period is requested again.
    factors
        Source of factor returns.
    rules, aliases
        The evidence by which a listed line is the vendor's, and the dated aliases that overrule it.
    holdings
        Source of lists when the vendor refuses the index; with None the refusal is an error.
    """

    name = NAME
    absent: frozenset[str] = frozenset({"fundamental_tags"})
    max_list_age_days = MAX_LIST_AGE_DAYS

    def __init__(
        self,
        fetcher: Fetcher,
        plan: Plan,
        *,
        base_url: str,
        api_key: SecretStr | None,
        limits: HttpLimits,
        refresh_after: dt.timedelta,
        factors: FactorFiles,
        rules: HoldingsRules,
        aliases: pl.DataFrame,
        holdings: HoldingsLists | None = None,
    ) -> None:
        self.client = XfinlinkClient(
            base_url, api_key, limits, plan.pages_per_call, lambda: fetcher.quota.take(NAME)
        )
        self.label = "xfinlink"
        self._fetcher = fetcher
        self._plan = plan
        self._refresh_after = max(refresh_after, dt.timedelta(hours=plan.least_refresh_hours))
        self.refresh_after: dt.timedelta | None = self._refresh_after
        self._factors = factors
        self._rules, self._aliases = rules, aliases
        self._holdings = holdings
        self._names = Names(fetcher, self.client)
        self._asker = Asker(fetcher, plan, refresh_after)
        self._refusals: dict[str, str] = {}

    @cached_property
    def clock(self) -> dt.date:
        """Today, UTC."""
        return self._fetcher.clock().date()

    def fingerprint(self, dataset: str) -> str:
        """Return an empty digest: the vendor's data are requested again by age."""
        return ""

    def membership_dates(self, index: str) -> list[dt.date]:
        """Sessions for which a list can be requested."""
        end = self._coverage_end(index)
        return (
            nyse_sessions(FIRST_LIST, min(end, self.clock)).to_list()
            if end is not None
            else self._fallback(index).membership_dates()
        )

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of from the vendor's index or, where the vendor refuses it, the fund's holdings.

        Raises
        ------
        InputError
            When the index is refused and there is no fallback.
        SmallcapError
            See `Fetcher.fetch`; responses received before the error are kept.
        """
        end = self._coverage_end(index)
        if end is None:
            return self._from_holdings(index, as_ofs)
        lists = self._lists(index)
        asked = sorted({as_of for as_of in as_ofs if as_of <= min(end, self.clock)})
        later = sorted({as_of for as_of in as_ofs if as_of > end})
        notices = (
            (
                (
                    f"{NAME}: its data of {index} end on {end}; there is no list for "
                    f"{', '.join(map(str, later))}"
                ),
            )
            if later
            else ()
        )
        if not asked:
            return Delivery(constituents_rows(_no_lines()).rows, notices=notices)
        listed = pl.concat([lists.rows(as_of) for as_of in asked])
        named = line_ids(listed.with_columns(day=pl.col("as_of")), self._names, self._rules, self._aliases)
        delivery = constituents_rows(named)
        return Delivery(delivery.rows, delivery.refused, notices)

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Every line of `lines`, and every one that ever carried one of `tickers`, one row per spell."""
        if lines is None:
            raise _not_named("lines")
        spells = self._names.resolve({*lines["ticker"], *tickers})
        known = self._names.known()
        return Delivery(securities_rows(lines, tickers, spells, known, self._rules, self._aliases))

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Annual records of `companies`, all versions, with period_end in [start, end].

        A company without any is refused with the reason.
        """
        return self._delivery(
            fundamentals_topic(self.client), companies, start, end, "period_end", FUNDAMENTALS_COLUMNS
        )

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Quarterly records of `companies`, all versions, with period_end in [start, end].

        A company without any is refused with the reason.
        """
        return self._delivery(
            quarterly_fundamentals_topic(self.client),
            companies,
            start,
            end,
            "period_end",
            QUARTERLY_FUNDAMENTALS_COLUMNS,
        )

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Ready-made ratios of `companies` with period_end in [start, end].

        A company without any is refused with the reason.
        """
        return self._delivery(
            metrics_topic(self.client), companies, start, end, "period_end", VENDOR_METRICS_COLUMNS
        )

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Month-end prices and returns of `lines` with date in [start, end].

        A line without any is refused with the reason.
        """
        return self._delivery(prices_topic(self.client), lines, start, end, "date", PRICES_COLUMNS)

    def factors(self) -> Delivery:
        """Factor returns of every vintage that was ever downloaded."""
        return self._factors.factors()

    def index_refusal(self, index: str) -> str | None:
        """Return the vendor's message why an index is not served; None where it is."""
        return None if self._coverage_end(index) is not None else self._refusals[index]

    def requests_needed(self, dataset: str, names: Collection[str], start: dt.date, end: dt.date) -> int:
        """Count the initial requests of statements, vendor_metrics or prices, beyond kept responses.

        Parameters
        ----------
        dataset
            ``fundamentals``, ``quarterly_fundamentals``, ``vendor_metrics`` or ``prices``.
        names, start, end
            As in the method of that name.
        """
        topics = {
            "fundamentals": fundamentals_topic,
            "quarterly_fundamentals": quarterly_fundamentals_topic,
            "vendor_metrics": metrics_topic,
            "prices": prices_topic,
        }
        years = self._years(start, end)
        return (
            self._asker.requests_needed(topics[dataset](self.client), _numbers(names), *years) if years else 0
        )

    def _delivery(
        self,
        topic: Topic,
        names: Collection[str] | None,
        start: dt.date,
        end: dt.date,
        date_column: str,
        columns: dict[str, pl.DataType],
    ) -> Delivery:
        if names is None:
            raise _not_named(topic.name)
        dataset, ids, years = topic.name, _numbers(names), self._years(start, end)
        nameless = missing_rows(dataset, {name for name in names if not name.isdigit()}, NO_ID, start, end)
        if not ids or years is None:
            return Delivery(pl.DataFrame(schema=columns), nameless)
        answers = self._asker.answers(topic, ids, *years)
        rows = pl.concat([pl.DataFrame(schema=columns), *answers.rows()]).filter(
            pl.col(date_column).is_between(start, end)
        )
        silent = missing_rows(dataset, {str(number) for number in answers.silent(ids)}, NO_ANSWER, start, end)
        # Rows of one name and day come from one response, which is in a total order.
        in_order = rows.sort(rows.columns[0], date_column, maintain_order=True)
        return Delivery(
            in_order, pl.concat([pl.DataFrame(schema=REFUSED_SCHEMA), nameless, silent]), self._notices(start)
        )

    def _years(self, start: dt.date, end: dt.date) -> tuple[int, int] | None:
        """Limit a range of days to calendar years that the plan serves and that have begun."""
        first = (
            max(start.year, self.clock.year - self._plan.history_years)
            if self._plan.history_years
            else start.year
        )
        last = min(end.year, self.clock.year)
        return (first, last) if first <= last else None

    def _notices(self, start: dt.date) -> tuple[str, ...]:
        years = self._plan.history_years
        if not years or start.year >= self.clock.year - years:
            return ()
        return (
            (
                f"{NAME}: the plan serves {years} year(s) of history; nothing before "
                f"{self.clock.year - years} was requested"
            ),
        )

    def _lists(self, index: str) -> IndexLists:
        return IndexLists(self._fetcher, self.client, index, self._refresh_after)

    def _coverage_end(self, index: str) -> dt.date | None:
        """Return the last day of the index's data, requested once; None where the index is refused."""
        if index in self._refusals:
            return None
        try:
            return self._lists(index).coverage_end()
        except UnknownNameError as error:
            self._refusals[index] = str(error)
            return None

    def _from_holdings(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        notice = (
            f"{NAME} does not serve the index {index} ({self._refusals[index]}); its members are taken "
            f"from the fund's holdings"
        )
        _LOG.warning("%s", notice)
        delivery = self._fallback(index).constituents([as_of for as_of in as_ofs if as_of <= self.clock])
        rows = relabelled(delivery.rows, self._names, self._rules, self._aliases)
        return Delivery(rows, delivery.refused, (notice, *delivery.notices))

    def _fallback(self, index: str) -> HoldingsLists:
        if self._holdings is None:
            raise InputError(
                f"{self._refusals[index]}. No fund holdings are configured as a fallback: "
                "choose an index that the vendor serves (setting index_name), or another --preset"
            )
        return self._holdings


def _numbers(names: Collection[str]) -> list[int]:
    return sorted(int(name) for name in set(names) if name.isdigit())


def _no_lines() -> pl.DataFrame:
    texts: dict[str, pl.DataType] = dict.fromkeys(["ticker", "name", "symbol"], pl.String())
    return pl.DataFrame(schema={"as_of": pl.Date(), **texts, "line": pl.Int64(), "is_refused": pl.Boolean()})


def _not_named(what: str) -> InputError:
    return InputError(
        f"{NAME} serves {what} only by name; name them, as the vendor's complete universe cannot be requested"
    )
