"""Wrappers that restrict a source by a setting: to the first listed lines, or to what was known by a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from smallcap.sources.base import Delivery, Source


class _Passing:
    """Forwards every call to another source; the classes below override some of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name = source.name
        self.label = source.label
        self.absent = source.absent
        self.clock = source.clock
        self.refresh_after = source.refresh_after
        self.max_list_age_days = source.max_list_age_days

    def fingerprint(self, dataset: str) -> str:
        """Forward `Source.fingerprint`."""
        return self._source.fingerprint(dataset)

    def membership_dates(self, index: str) -> list[dt.date]:
        """Forward `Source.membership_dates`."""
        return self._source.membership_dates(index)

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Forward `Source.constituents`."""
        return self._source.constituents(index, as_ofs)

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Forward `Source.securities`."""
        return self._source.securities(lines, tickers)

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Forward `Source.fundamentals`."""
        return self._source.fundamentals(start, end, companies)

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Forward `Source.quarterly_fundamentals`."""
        return self._source.quarterly_fundamentals(start, end, companies)

    def fundamental_tags(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Forward `Source.fundamental_tags`."""
        return self._source.fundamental_tags(start, end, companies)

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Forward `Source.vendor_metrics`."""
        return self._source.vendor_metrics(start, end, companies)

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Forward `Source.prices`."""
        return self._source.prices(start, end, lines)

    def factors(self) -> Delivery:
        """Forward `Source.factors`."""
        return self._source.factors()

    def book_tickers(self) -> Mapping[str, tuple[str, ...]]:
        """Forward `Source.book_tickers`."""
        return self._source.book_tickers()

    def watched_tickers(self) -> tuple[str, ...]:
        """Forward `Source.watched_tickers`."""
        return self._source.watched_tickers()


class LimitedSource(_Passing):
    """The first `limit` listed lines of each as_of by ticker, as in the published study."""

    def __init__(self, source: Source, limit: int) -> None:
        super().__init__(source)
        self._limit = limit
        self.label = f"{source.label}, first {limit} listed lines only"

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of: the first `limit` by ticker."""
        delivery = self._source.constituents(index, as_ofs)
        ordered = delivery.rows.sort("as_of", "ticker", "source_id")
        return replace(delivery, rows=ordered.filter(pl.int_range(pl.len()).over("as_of") < self._limit))


class ClockedSource(_Passing):
    """What the source knew by a day, without later lists, filings and prices."""

    def __init__(self, source: Source, clock: dt.date) -> None:
        super().__init__(source)
        self.clock = clock

    def membership_dates(self, index: str) -> list[dt.date]:
        """Dates of lists up to the clock."""
        return [date for date in self._source.membership_dates(index) if date <= self.clock]

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of up to the clock."""
        return self._source.constituents(index, [as_of for as_of in as_ofs if as_of <= self.clock])

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Lines, without the causes of ends after the clock."""
        delivery = self._source.securities(lines, tickers)
        known = pl.when(pl.col("valid_to") <= self.clock).then("delisting_cause").alias("delisting_cause")
        return replace(delivery, rows=delivery.rows.with_columns(known))

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Annual records filed by the clock; where the filing date is unknown, of periods that had ended."""
        return self._filed(self._source.fundamentals(start, min(end, self.clock), companies))

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Quarterly records filed by the clock, as `fundamentals`."""
        return self._filed(self._source.quarterly_fundamentals(start, min(end, self.clock), companies))

    def _filed(self, delivery: Delivery) -> Delivery:
        filed = pl.coalesce("filing_date", "period_end") <= self.clock
        return replace(delivery, rows=delivery.rows.filter(filed))

    def fundamental_tags(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Concepts of records that were filed by the clock."""
        return self._source.fundamental_tags(start, min(end, self.clock), companies)

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Ratios of periods that had ended by the clock."""
        return self._source.vendor_metrics(start, min(end, self.clock), companies)

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Prices up to the clock."""
        return self._source.prices(start, min(end, self.clock), lines)

    def factors(self) -> Delivery:
        """Vintages whose data end by the clock."""
        delivery = self._source.factors()
        return replace(delivery, rows=delivery.rows.filter(pl.col("vintage") <= f"{self.clock:%Y%m}"))
