"""The source adapter of public records: real companies, as filed, without a key.

Members are what index funds report to the SEC, lines are identified by the SEC's own records, statements are
the figures of the filings themselves. Factors come from Kenneth French's library.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final, Protocol

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.base import (
    CONSTITUENTS_COLUMNS,
    SECURITIES_COLUMNS,
    VENDOR_METRICS_COLUMNS,
    Delivery,
    NamesNoBooks,
)
from smallcap.sources.nport.choice import QUARTERLY_LIST_AGE_DAYS, Basis, chosen_lists, members_at
from smallcap.sources.public.identity import Identifier
from smallcap.sources.public.lists import FIRST_LIST, FundLists, refused_of
from smallcap.sources.public.prices import LinePrices
from smallcap.sources.public.statements import Statements
from smallcap.sources.whois.industries import with_industries
from smallcap.sources.whois.lines import constituents_rows, securities_rows
from smallcap.sources.whois.named import named_lines

NAME: Final = "public"
LABEL: Final = "real companies from public records (SEC filings, as filed)"


class FactorFiles(Protocol):
    """Source of factor returns."""

    def factors(self) -> Delivery:
        """Factor returns of every vintage."""
        ...


class PublicSource(NamesNoBooks):
    """Public records.

    Parameters
    ----------
    lists
        Lists of members.
    identifier
        Who the lines are.
    statements
        What the companies filed.
    prices
        Prices of lines.
    factors
        Factor returns.
    funds
        The rows of index_funds.csv.
    index
        The index whose lines are described and priced.
    clock
        The last day whose records are known.
    refresh_after
        Age at which lists of filings and of today's tickers are asked for again.
    """

    name = NAME
    label = LABEL
    absent: frozenset[str] = frozenset({"vendor_metrics"})
    max_list_age_days = QUARTERLY_LIST_AGE_DAYS

    def __init__(
        self,
        *,
        lists: FundLists,
        identifier: Identifier,
        statements: Statements,
        prices: LinePrices,
        factors: FactorFiles,
        funds: Sequence[FundRow],
        index: str,
        clock: dt.date,
        refresh_after: dt.timedelta,
    ) -> None:
        self.lists, self.identifier, self.statements = lists, identifier, statements
        self._prices, self._factors, self._funds = prices, factors, funds
        self.clock = clock
        self.refresh_after: dt.timedelta | None = refresh_after
        self._index = index

    def fingerprint(self, dataset: str) -> str:
        """Return an empty digest: filings do not change, and lists of them are asked for again by age."""
        return ""

    def membership_dates(self, index: str) -> list[dt.date]:
        """Dates of the funds' lists."""
        return self.lists.dates(index)

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of from the report of a fund that serves it (`chosen_lists`)."""
        asked = [as_of for as_of in as_ofs if as_of <= self.clock]
        if not asked:
            return Delivery(pl.DataFrame(schema=CONSTITUENTS_COLUMNS))
        known = self.lists.until(index, max(asked))
        basis = Basis(self.max_list_age_days, self.clock.replace(day=1))
        used = chosen_lists(known, self._funds, asked, basis)
        notices = (*self.lists.notices, *_missing(index, asked, used["as_of"].to_list()))
        if used.is_empty():
            return Delivery(pl.DataFrame(schema=CONSTITUENTS_COLUMNS), notices=notices)
        rows = constituents_rows(known, self.identifier.identified(known))
        members = members_at(rows, used).with_columns(source=pl.lit(NAME))
        names = set(used.select("fund", "snapshot_date").iter_rows())
        serving = [one for one in known if (one.fund, one.list_date) in names]
        return Delivery(members, refused_of(serving), notices)

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Every line of `lines`, and every line of the funds' lists that ever carried one of `tickers`.

        A ticker that no list has is that of its holder of today, if any (`named_lines`). Industries are those
        of the filings (`with_industries`).
        """
        if lines is None or lines.is_empty():
            return Delivery(pl.DataFrame(schema=SECURITIES_COLUMNS))
        newest = lines["snapshot_date"].max()
        assert isinstance(newest, dt.date)
        known = self.lists.until(self._index, newest)
        spells = securities_rows(self.identifier.identified(known), NAME)
        named = normalised(pl.Series(list(tickers), dtype=pl.String))
        is_named = spells.filter(pl.col("ticker").is_in(named.implode()))["source_id"]
        wanted = spells.filter(
            pl.col("source_id").is_in(pl.concat([lines["source_id"], is_named]).unique().implode())
        )
        elsewhere = set(named.to_list()) - set(wanted["ticker"])
        others, unknown = named_lines(
            elsewhere, self.identifier.tickers(), self.identifier.fund_tickers(), NAME, FIRST_LIST
        )
        wanted = pl.concat([wanted, others])
        companies = wanted.filter("is_resolved")["source_entity_id"].unique().to_list()
        described = with_industries(
            wanted, self.identifier.filings(known), self.identifier.industries(companies)
        )
        rows = described.select(*SECURITIES_COLUMNS).sort("ticker", "valid_from", "source_id")
        return Delivery(rows, notices=_unknown(unknown))

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Annual records of `companies` as filed, all versions, with period_end in [start, end]."""
        return self.statements.annual(start, end, _named(companies, "fundamentals"))

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Quarterly records of `companies` as filed, with period_end in [start, end]."""
        return self.statements.quarterly(start, end, _named(companies, "quarterly_fundamentals"))

    def fundamental_tags(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Concepts and filings of the figures of records that were filed in [start, end]."""
        return self.statements.tags(start, end, _named(companies, "fundamental_tags"))

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """None: filings have no ready-made ratios."""
        return Delivery(pl.DataFrame(schema=VENDOR_METRICS_COLUMNS))

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Month-end prices of `lines`, with date in [start, end]."""
        return self._prices.prices(self._index, start, end, _named(lines, "prices"))

    def factors(self) -> Delivery:
        """Factor returns of every vintage that was ever downloaded."""
        return self._factors.factors()


def _missing(index: str, asked: Sequence[dt.date], used: Collection[dt.date]) -> tuple[str, ...]:
    without = sorted(set(asked) - set(used))
    if not without:
        return ()
    return (
        f"{NAME}: no fund of {index} has a public list for {', '.join(map(str, without))}; "
        "the funds' first lists are of September 2019, and one is public about 60 days after its date",
    )


def _unknown(tickers: Sequence[str]) -> tuple[str, ...]:
    if not tickers:
        return ()
    return (
        f"{NAME}: neither a list nor the SEC's lists of today's tickers have {', '.join(tickers)}; what is "
        "asked of them is missing",
    )


def _named(names: Collection[str] | None, dataset: str) -> Collection[str]:
    if names is None:
        raise InputError(f"{NAME} serves {dataset} only by name: name the companies or lines")
    return names
