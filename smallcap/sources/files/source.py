"""The adapter of the preset `files`: a folder of holdings CSVs, canonical tables and French factor files.

It implements the port of `base`. Each kind of file is parsed in its own module; nothing is fetched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import polars as pl

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.base import (
    FACTORS_COLUMNS,
    SECURITIES_COLUMNS,
    VENDOR_METRICS_COLUMNS,
    Delivery,
    NamesNoBooks,
    NamesNoConcepts,
)
from smallcap.sources.files.canonical_tables import CONSTITUENTS, FUNDAMENTALS, PRICES
from smallcap.sources.files.dates import Dated, DateLimits, misdated_notice, up_to
from smallcap.sources.files.folder import FolderInputs, find_inputs, named_by_reason
from smallcap.sources.files.fundamentals import fundamentals_rows, quarterly_fundamentals_rows
from smallcap.sources.files.lists import choose_lists
from smallcap.sources.files.quarterly_table import QUARTERLY_FUNDAMENTALS
from smallcap.sources.files.reach import newest_supported
from smallcap.sources.files.reading import FolderTables, read_tables
from smallcap.sources.files.returns import monthly_prices
from smallcap.sources.files.table_reader import count_removed
from smallcap.sources.identity.lines import resolve_lines, symbol_to_line
from smallcap.sources.identity.sightings import LISTED_COLUMNS, Sightings
from smallcap.sources.identity.table_checks import id_notices
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.refusals import write_refused
from smallcap.split_basis import INFERRED

WITHOUT = {
    "fundamentals": "has no fundamentals: every member is unresolved, and none is scored or passes the "
    "funnel; add annual statements as fundamentals/annual.csv or annual.parquet (docs/files-preset.md "
    "lists the columns)",
    "prices": "has no prices: there are no returns, of members or of books, and market values use the "
    "prices in the lists; "
    "add month-end prices as prices/month_end.csv or month_end.parquet (docs/files-preset.md lists "
    "the columns)",
    "factors": "has no factor files: without a stored vintage there are no regressions and no factor "
    "loadings; "
    "add Kenneth French's monthly files, as downloaded, to french/",
}
"""For each dataset, what a run cannot compute without it, and what to add."""
OPTIONAL = "quarterly_fundamentals"
"""The dataset without which a run is complete: what needs quarters uses annual statements instead."""
_ASSUMED_LAG_DAYS = 90
"""Days after its period end from which a share count without a filing date is taken as known."""
LISTED = ("holdings", "constituents")
READ_FROM: Mapping[str, tuple[str, ...]] = {
    "securities": (*LISTED, "fundamentals", "prices"),
    "constituents": (*LISTED, "fundamentals", "prices"),
    "fundamentals": ("fundamentals",),
    "quarterly_fundamentals": ("quarterly_fundamentals",),
    "prices": (*LISTED, "fundamentals", "prices"),
    "factors": ("factors",),
}
"""For each dataset, the kinds of files that its rows depend on.

Resolving a ticker to a line uses all of them.
"""


class FilesSource(NamesNoBooks, NamesNoConcepts):
    """A folder of files; every file is read once, when it is first needed.

    Parameters
    ----------
    folder
        The folder; docs/files-preset.md shows its layout.
    rules
        The rules for holdings files.
    aliases
        Dated aliases of tickers (`load_ticker_aliases`).
    limits
        Limits of plausible dates.
    blank_debt_is_zero
        Whether a blank debt, dividend or buyback in the fundamentals table means none.
    shares_split_basis
        Which splits the share counts carry where the table does not say: as `parse_setting` writes it.
    snapshots
        Where the files' bytes are kept; None keeps nothing.
    sizes
        Limits on the files' sizes; None: the default limits.
    """

    name = "files"
    refresh_after: dt.timedelta | None = None

    def __init__(
        self,
        folder: Path,
        *,
        rules: HoldingsRules,
        aliases: pl.DataFrame,
        limits: DateLimits,
        blank_debt_is_zero: bool = True,
        shares_split_basis: str = INFERRED,
        snapshots: SnapshotStore | None = None,
        sizes: InputLimits | None = None,
    ) -> None:
        self.folder = folder
        self.label = f"files in {folder.resolve().name}"
        self._rules = rules
        self._aliases = aliases
        self._limits = limits
        self._blank_debt_is_zero = blank_debt_is_zero
        self._shares_split_basis = shares_split_basis
        self._snapshots = snapshots
        self._sizes = sizes or InputLimits()

    @cached_property
    def clock(self) -> dt.date:
        """The latest of: supported filing date, supported price date, last day that a list applies to."""
        newest_list = self._tables.lists.rows["snapshot_date"].max()
        newest = [
            newest_list + dt.timedelta(days=self._rules.plausibility.max_age_days)
            if isinstance(newest_list, dt.date)
            else None,
            newest_supported(self._tables.fundamentals.rows, "filing_date", "entity_id", self._limits.clock),
            newest_supported(
                self._tables.quarterly_fundamentals.rows, "filing_date", "entity_id", self._limits.clock
            ),
            newest_supported(self._tables.prices.rows, "date", "symbol", self._limits.clock),
        ]
        known = [date for date in newest if date is not None]
        if not known:
            raise InputError(
                f"no file in {self.folder} has a row with a plausible date. Check the dates, or the "
                f"limits in data/reference/sanity.toml, dates"
            )
        return max(known)

    def fingerprint(self, dataset: str) -> str:
        """Return a digest of the files that a dataset is read from: relative paths and bytes."""
        read = READ_FROM.get(dataset, ())
        files = sorted(
            f"{found.name} {hashlib.sha256(found.original).hexdigest()}"
            for found in self._inputs.files
            if found.dataset in read
        )
        return hashlib.sha256(" ".join(files).encode()).hexdigest()[:16]

    @property
    def max_list_age_days(self) -> int:
        """How many days a list of the folder serves, from the rules."""
        return self._rules.plausibility.max_age_days

    def membership_dates(self, index: str) -> list[dt.date]:
        """Dates of the folder's lists of the index, ascending."""
        return self._tables.lists.dates(index)

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Members at each as_of, from the newest list dated at most `max_list_age_days` before it."""
        return choose_lists(self._tables.lists, self._lines, index, as_ofs, self.max_list_age_days, self.name)

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Every line that any file shows, one row per ticker spell."""
        # The lines come first: reading them names a file that cannot be read.
        lines = self._lines.select(*SECURITIES_COLUMNS)
        return Delivery(lines, notices=(*self._cleaned(), *self._not_read(), *self._wrong_ids()))

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Annual records with period_end in [start, end]."""
        rows = fundamentals_rows(
            self._dated_fundamentals.rows,
            blank_debt_is_zero=self._blank_debt_is_zero,
            shares_split_basis=self._shares_split_basis,
            source=self.name,
        )
        asked = rows if companies is None else rows.filter(pl.col("source_entity_id").is_in(list(companies)))
        misdated = self._dated_fundamentals.refused
        notices = (*misdated_notice(misdated, "fundamentals"), *self._notices("fundamentals"))
        return Delivery(asked.filter(pl.col("period_end").is_between(start, end)), misdated, notices)

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Quarterly records with period_end in [start, end], of companies with annual records."""
        dated = self._dated_quarters
        is_known = pl.col("entity_id").is_in(self._dated_fundamentals.rows["entity_id"].unique().implode())
        rows = quarterly_fundamentals_rows(
            dated.rows.filter(is_known),
            blank_debt_is_zero=self._blank_debt_is_zero,
            shares_split_basis=self._shares_split_basis,
            source=self.name,
        )
        asked = rows if companies is None else rows.filter(pl.col("source_entity_id").is_in(list(companies)))
        refused = pl.concat([dated.refused, _without_company(dated.rows.filter(~is_known))])
        notices = misdated_notice(dated.refused, "quarterly_fundamentals")
        return Delivery(asked.filter(pl.col("period_end").is_between(start, end)), refused, notices)

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """No rows: files contain statements, not ready-made ratios."""
        return Delivery(pl.DataFrame(schema=VENDOR_METRICS_COLUMNS))

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Month-end prices and returns with date in [start, end].

        Returns use the month before, also where that is outside the range.
        """
        everything = monthly_prices(symbol_to_line(self._dated_prices.rows, self._lines, "date"), self.name)
        years = pl.col("year").is_between(start.year, end.year)
        rows = (
            everything.rows
            if lines is None
            else everything.rows.filter(pl.col("source_id").is_in(list(lines)))
        )
        misdated = self._dated_prices.refused
        refused = pl.concat([everything.refused.filter(years), misdated])
        notices = (*misdated_notice(misdated, "prices"), *self._notices("prices"))
        return Delivery(rows.filter(pl.col("date").is_between(start, end)), refused, notices)

    def factors(self) -> Delivery:
        """Factor returns of every vintage in the folder."""
        frames = self._tables.factors
        if not frames:
            return Delivery(pl.DataFrame(schema=FACTORS_COLUMNS), notices=self._notices("factors"))
        rows = pl.concat(frames).with_columns(source=pl.lit(self.name))
        return Delivery(rows.select(*FACTORS_COLUMNS).sort("vintage", "model", "month"))

    @cached_property
    def _inputs(self) -> FolderInputs:
        return find_inputs(self.folder, self._sizes)

    @cached_property
    def _tables(self) -> FolderTables:
        """All tables of the folder; raises one error that names every problem of every file."""
        tables = read_tables(self._inputs, self.folder, self._rules, self._aliases, self._limits, self._sizes)
        if self._snapshots is not None:
            for stored_as, found in {one.stored_as: one for one in self._inputs.files}.items():
                self._snapshots.keep(self.name, found.dataset, {"file": stored_as}, found.original)
        return tables

    @cached_property
    def _dated_fundamentals(self) -> Dated:
        return up_to(
            self._tables.fundamentals, FUNDAMENTALS, self.clock, ["period_end", "filing_date"], self._limits
        )

    @cached_property
    def _dated_quarters(self) -> Dated:
        return up_to(
            self._tables.quarterly_fundamentals,
            QUARTERLY_FUNDAMENTALS,
            self.clock,
            ["period_end", "filing_date"],
            self._limits,
        )

    @cached_property
    def _dated_prices(self) -> Dated:
        return up_to(self._tables.prices, PRICES, self.clock, ["date"], self._limits)

    @cached_property
    def _lines(self) -> pl.DataFrame:
        return resolve_lines(self._sightings, self._aliases, self._rules, self.name)

    @cached_property
    def _sightings(self) -> Sightings:
        records = self._dated_fundamentals.rows
        companies = records.group_by("symbol", source_entity_id="entity_id").agg(
            pl.min_horizontal(pl.col("period_end").min(), pl.col("filing_date").min()).alias("first_date"),
            pl.max_horizontal(pl.col("period_end").max(), pl.col("filing_date").max()).alias("last_date"),
            pl.col("name", "sector", "sic", "gics").sort_by("period_end").drop_nulls().last(),
        )
        counts = records.select(
            "symbol",
            source_entity_id="entity_id",
            known_on=pl.coalesce("filing_date", pl.col("period_end") + pl.duration(days=_ASSUMED_LAG_DAYS)),
            shares=pl.coalesce("shares_outstanding", "shares_basic", "shares_diluted"),
        )
        prices = self._dated_prices.rows.select("symbol", "date", "adj_close")
        return Sightings(self._tables.lists.rows.select(LISTED_COLUMNS), companies, prices, counts)

    @cached_property
    def absent(self) -> frozenset[str]:
        """Datasets for which the folder has no file with rows."""
        return frozenset({*WITHOUT, OPTIONAL, "fundamental_tags"}) - self._tables.filled

    def _notices(self, dataset: str) -> tuple[str, ...]:
        """Return a notice where the folder has no file of the dataset, with the effect and what to add."""
        return (f"the input folder {self.folder} {WITHOUT[dataset]}",) if dataset in self.absent else ()

    def _cleaned(self) -> tuple[str, ...]:
        """Return a notice of the files from whose text characters were removed."""
        tables = {table.name: table for table in (CONSTITUENTS, FUNDAMENTALS, QUARTERLY_FUNDAMENTALS, PRICES)}
        counts = {
            found.name: count_removed(
                found.payload, f"input file {found.name}", tables.get(found.dataset), self._sizes
            )
            for found in self._inputs.files
            if found.dataset != "factors"
        }
        told = [f"{name} ({count:,})" for name, count in counts.items() if count]
        if not told:
            return ()
        return (
            (
                f"characters that are not text (control or zero-width) were removed; their number "
                f"by file: {', '.join(told)}"
            ),
        )

    def _not_read(self) -> tuple[str, ...]:
        """Return a notice of the files that are not read, or are read and have no rows."""
        named = [*self._inputs.skipped, *self._tables.skipped]
        if not named:
            return ()
        return (f"files in {self.folder} that are not used: {named_by_reason(named)}",)

    def _wrong_ids(self) -> tuple[str, ...]:
        rows = self._dated_fundamentals.rows.select("symbol", "entity_id", "name", "period_end")
        return id_notices(rows, self._rules.identity, self._rules.recycling.insignificant_words)


def _without_company(rows: pl.DataFrame) -> pl.DataFrame:
    """Refuse quarters of companies of which the folder has no annual record, and so no line."""
    ruled = rows.with_columns(rule=pl.lit("company_without_annual_record"))
    cells = ["file", "row", "line", "ticker", "entity_id", "period_end", "filing_date"]
    return write_refused(ruled, pl.coalesce("filing_date", "period_end").dt.year(), cells)
