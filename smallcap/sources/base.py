"""The port that every source of data implements, and the shape of what it delivers.

Adapters are the sibling modules. A source uses its own names: `source_id` for a line, `source_entity_id` for
a company. Both are chosen by the adapter, are never null and mean the same line or company in every frame of
that source. Our own ids are given later, in `smallcap.sources.identity.ids`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import polars as pl

from smallcap.tables.market import Factors, Prices
from smallcap.tables.quarters import RawQuarterlyFundamentals
from smallcap.tables.raw import Constituents, Securities
from smallcap.tables.statements import Fundamentals, VendorMetrics
from smallcap.tables.tags import FundamentalTags

REFUSED_SCHEMA: dict[str, type[pl.DataType]] = {"year": pl.Int32, "rule": pl.String, "row_json": pl.String}
"""Rows that a source refuses: the partition they would have been in, the rule they break, the row as JSON."""


@dataclass(frozen=True)
class Delivery:
    """What a source delivered for one request.

    Attributes
    ----------
    rows
        The rows, in the columns of the dataset's ``*_COLUMNS`` below.
    refused
        Rows that the adapter refuses, in the columns of `REFUSED_SCHEMA`.
    notices
        What a reader of the result should know and no row says: the list of an earlier day was taken, a file
        was refused and the last good one is used. One sentence each.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED_SCHEMA))
    notices: tuple[str, ...] = ()


def _columns(schema: type, leave_out: Sequence[str], add: Sequence[str]) -> dict[str, pl.DataType]:
    own = {name: column.dtype for name, column in schema.columns().items() if name not in leave_out}  # type: ignore[attr-defined]
    return {**{name: pl.String() for name in add}, **own}


CONSTITUENTS_COLUMNS = _columns(
    Constituents,
    ["year", "index_name", "security_id", "weight", "source_id", "missing_since"],
    ["source_id"],
)
LISTED_COLUMNS = {
    name: dtype for name, dtype in CONSTITUENTS_COLUMNS.items() if name != "list_available_date"
}
"""What a list itself shows; when it was public is known from elsewhere."""
SECURITIES_COLUMNS = _columns(Securities, ["security_id", "entity_id"], [])
_GIVEN_TO_STATEMENTS = (
    *("year", "entity_id", "available_date", "is_available_date_assumed"),
    *("source_entity_id", "missing_since"),
)
FUNDAMENTALS_COLUMNS = _columns(Fundamentals, _GIVEN_TO_STATEMENTS, ["source_entity_id"])
QUARTERLY_FUNDAMENTALS_COLUMNS = _columns(
    RawQuarterlyFundamentals, _GIVEN_TO_STATEMENTS, ["source_entity_id"]
)
VENDOR_METRICS_COLUMNS = _columns(
    VendorMetrics,
    ["year", "entity_id", "available_date", "source_entity_id", "missing_since"],
    ["source_entity_id"],
)
TAGS_COLUMNS = {
    **_columns(FundamentalTags, ["year", "entity_id", "available_date"], []),
    "filing_date": pl.Date(),
}
"""Concepts of figures; `filing_date` is that of the record."""
PRICES_COLUMNS = _columns(Prices, ["year", "security_id", "source_id", "missing_since"], ["source_id"])
FACTORS_COLUMNS = _columns(Factors, [], [])


MAX_LIST_AGE_DAYS: Final = 31
"""How long a list serves where lists are monthly or daily."""


class Source(Protocol):
    """Where data come from. Every method returns complete columns for a range of dates.

    Attributes
    ----------
    name
        Short name, the value of the column `source`.
    refresh_after
        How old an answer about the years of a run may get before it is requested again; None where answers do
        not age.
    clock
        The last day whose facts the source can know.
    label
        What the data are, in words that are shown wherever results are; says so where they are synthetic.
    max_list_age_days
        A list of members serves dates up to so many days after its own; more where lists are quarterly.
    absent
        Datasets that the source does not have at all, of fundamentals, quarterly_fundamentals,
        fundamental_tags, vendor_metrics, prices and factors: a run does without them.
    """

    name: str
    label: str
    refresh_after: dt.timedelta | None

    @property
    def max_list_age_days(self) -> int:
        """How many days a list serves after its own date; a source may read it from its rules."""
        ...

    @property
    def absent(self) -> Collection[str]:
        """Datasets that the source does not have at all; a source may have to look to say."""
        ...

    @property
    def clock(self) -> dt.date:
        """The last day whose facts the source can know; a source may have to read to say."""
        ...

    def fingerprint(self, dataset: str) -> str:
        """Digest of the input that a dataset comes from, where it can change without the clock moving.

        Empty where it cannot.
        """
        ...

    def membership_dates(self, index: str) -> list[dt.date]:
        """Dates on which a list of members is known, ascending."""
        ...

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Lines of the index at each as_of: from the newest list at or `max_list_age_days` before it.

        None where there is none. `list_available_date` is null where the source does not say when its list
        was public.
        """
        ...

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Every line of the companies of `lines` (rows of constituents), one row per ticker spell.

        All lines for None. Also those that carry or once carried one of `tickers`: books hold names that no
        list has. A ticker that the source does not know is skipped. A source may deliver more lines.
        """
        ...

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Annual records of `companies` (source_entity_id), all versions, with period_end in [start, end].

        All for None.
        """
        ...

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Quarterly records of `companies`, all versions, with period_end in [start, end]; all for None.

        No rows where the source has none, which `absent` then says.
        """
        ...

    def fundamental_tags(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Concepts and filings of the figures of records that were filed in [start, end].

        No rows where the source does not say them.
        """
        ...

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Ratios served ready-made, with period_end in [start, end]; no rows where the source serves none."""
        ...

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Month-end prices and returns of `lines` (source_id), with date in [start, end]; all for None."""
        ...

    def factors(self) -> Delivery:
        """Factor returns of every vintage that the source holds."""
        ...

    def book_tickers(self) -> Mapping[str, tuple[str, ...]]:
        """Tickers of the books that the source itself names, by the book's name; most sources name none."""
        ...

    def watched_tickers(self) -> tuple[str, ...]:
        """Tickers that the source itself proposes to watch without their being members; most name none."""
        ...


class NamesNoConcepts:
    """A source that does not say from which concept of which filing a figure is."""

    def fundamental_tags(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """No rows."""
        return Delivery(pl.DataFrame(schema=TAGS_COLUMNS))


class NamesNoBooks:
    """A source that names no books of its own, and proposes no names to watch."""

    def book_tickers(self) -> Mapping[str, tuple[str, ...]]:
        """None."""
        return {}

    def watched_tickers(self) -> tuple[str, ...]:
        """None."""
        return ()
