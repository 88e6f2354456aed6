"""One run as its assets see it: the home, the source, the years and the dates; no table is computed here."""

from __future__ import annotations

import calendar
import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from smallcap.engine.asked import asked_now
from smallcap.engine.lineage import READS, years_read, years_to_make
from smallcap.engine.staleness import Digests
from smallcap.finance.factors.series import Factors, factors_of
from smallcap.lake import Home
from smallcap.lake.records import utc_now
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.lake.store import Written
from smallcap.rules.book_files import read_books
from smallcap.rules.csv_files import read_reconstitutions
from smallcap.rules.files import read_rules
from smallcap.rules.types.books import Book
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.rules.types.factors import FIVE_FACTORS, FactorRules
from smallcap.rules.types.index import IndexRules, Reconstitution
from smallcap.settings import Settings
from smallcap.sources.base import Delivery, Source
from smallcap.tables import TABLES

PROGRESS = logging.getLogger("smallcap.progress")


@dataclass(frozen=True)
class Rows:
    """What an asset returns: rows, at once or some years at a time, and the rows it refuses (year, rule, row_json)."""

    frame: pl.DataFrame | Iterable[pl.DataFrame]
    refused: pl.DataFrame | None = None


@dataclass
class Run:
    """A run over a range of years.

    Attributes
    ----------
    home
        The home that is written to.
    source
        Where data come from.
    settings
        The settings.
    run_id
        Dagster's id of the run.
    command
        What was asked, in words.
    years
        The years of the run's range; empty where only tables without partitions are made.
    as_of
        The date that was asked for, if one was.
    started_at
        When the run began, UTC.
    is_published
        Whether this run's catalogue is served.
    """

    home: Home
    source: Source
    settings: Settings
    run_id: str
    command: str
    years: Sequence[int]
    as_of: dt.date | None = None
    started_at: dt.datetime = field(default_factory=utc_now)
    is_published: bool = False
    _dates: dict[int, list[dt.date]] = field(default_factory=dict)
    _made: dict[str, list[int]] = field(default_factory=dict)
    _checks: list[dict[str, object]] = field(default_factory=list)
    _fetched: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._digests = Digests(self.home.lake)

    @cached_property
    def factor_rules(self) -> FactorRules:
        """The rules on factor regressions."""
        return read_rules(self.settings.reference_dir, "factor_validation.toml", FactorRules)

    @cached_property
    def experiment_rules(self) -> ExperimentRules:
        """The rules on the profitability experiment."""
        return read_rules(self.settings.reference_dir, "experiment.toml", ExperimentRules)

    @cached_property
    def index_rules(self) -> IndexRules:
        """The rules on the index."""
        return read_rules(self.settings.reference_dir, "index.toml", IndexRules)

    @cached_property
    def reconstitutions(self) -> tuple[Reconstitution, ...]:
        """The calendar of reconstitutions."""
        return read_reconstitutions(self.settings.reference_dir)

    def five_factors(self, factors: pl.DataFrame, factors_monthly: pl.DataFrame) -> Factors | None:
        """Take the five factors of raw.factors in the vintage that core.factors_monthly shows; None where none is stored."""
        if factors_monthly.is_empty():
            return None
        return factors_of(factors, FIVE_FACTORS, self.factor_rules, str(factors_monthly["vintage"][0]))

    @cached_property
    def books(self) -> dict[str, Book]:
        """Every book of data/reference, by name."""
        return read_books(self.settings.reference_dir)

    def book_tickers(self) -> list[str]:
        """Tickers of the books that the source can know: their lines are fetched whether or not they are listed."""
        named = self.source.book_tickers()
        known = {name: book for name, book in self.books.items() if self.source.name not in book.not_in}
        return sorted({ticker for name, book in known.items() for ticker in (*book.tickers, *named.get(name, ()))})

    def years_of(self, name: str) -> list[int]:
        """Years of a table that this run makes; the answer stays the same for the whole run."""
        if name not in self._made:
            unfetched = self._unfetched_years(name) if name.startswith("raw.") else []
            present, stale = self.home.lake.years(name), self._digests.stale(name)
            self._made[name] = years_to_make(name, self.years, present, stale, self.source.clock.year, unfetched)
        return self._made[name]

    def each_year(self, name: str, **frames: pl.DataFrame) -> Iterator[tuple[int, dict[str, pl.DataFrame]]]:
        """Go through the years of a table that this run makes, each with what it is made from.

        One year at a time, because a year must come out the same whichever range it is made in, and what stands before its own
        windows would show; and because twenty years of the largest tables do not fit in memory twice.

        Parameters
        ----------
        name
            The table that is made.
        frames
            For each table that is read, by its name without the layer, the rows of all the years that are read.

        Yields
        ------
        tuple
            The year, and for each frame the rows of the year's own window.
        """
        windows = {TABLES[upstream].short_name: (upstream, window) for upstream, window in READS[name].items()}
        parts = {short: _by_year(frame) for short, frame in frames.items()}
        for year in self.years_of(name):
            own = {}
            for short, by_year in parts.items():
                upstream, window = windows[short]
                there = [by_year[near] for near in years_read(upstream, window, [year]) if near in by_year]
                own[short] = pl.concat(there) if there else frames[short].clear()
            yield year, own

    def read(
        self, upstream: str, for_table: str, columns: Sequence[str] | None = None, where: Mapping[str, object] | None = None
    ) -> pl.DataFrame:
        """Read what `for_table` is made from of `upstream`, for all the years that this run makes; `columns` and `where` as `Lake.read`."""
        window = READS[for_table][upstream]
        is_whole = not (TABLES[upstream].is_partitioned and TABLES[for_table].is_partitioned)
        years = None if is_whole else years_read(upstream, window, self.years_of(for_table))
        return self.home.lake.read(upstream, years, columns, where)

    def write(self, name: str, rows: Rows) -> Written:
        """Write what an asset returned, stamped with this run and with what it was made from."""
        lake = self.home.lake
        versions = {upstream: lake.version(upstream) for upstream in READS.get(name, {})}
        if not TABLES[name].is_partitioned:
            if not isinstance(rows.frame, pl.DataFrame):
                raise TypeError(f"{name} is not partitioned: its rows come at once")
            inputs = self._digests.inputs(name, [UNPARTITIONED])[UNPARTITIONED]
            # What a source adds leaves what was made before as it is; a book that is added does not.
            growing = ("valid_to",) if TABLES[name].layer == "raw" else ()
            return lake.write_whole(name, rows.frame, self.run_id, inputs, versions, growing)
        years = self.years_of(name)
        inputs_of_years = self._digests.inputs(name, years)
        # Refused rows of no known year go to a year that the next run like this one makes again.
        undated = max(self.years, default=None)
        return lake.write_years(name, rows.frame, years, self.run_id, inputs_of_years, versions, rows.refused, undated)

    def as_of_dates(self, years: Sequence[int]) -> list[dt.date]:
        """Return the dates of the given years that questions are asked about, ascending.

        Month ends up to the year's horizon, every day that was asked for by name, and the horizon itself. The horizon is
        the latest of the date asked for now and the dates already there; without one, the day up to which the source knows.
        """
        for year in years:
            if year not in self._dates:
                self._dates[year] = sorted(self._as_of_dates_of(year))
        return [date for year in sorted(years) for date in self._dates[year]]

    def note_fetched(self, dataset: str, years: Iterable[int], asked: int | None) -> None:
        """Remember what was asked of the source, up to which day."""
        self._fetched += [
            {
                "dataset": dataset,
                "source": self.source.name,
                "year": year,
                "asked": asked,
                "fetched_through": min(dt.date(year, 12, 31), self.source.clock) if year else self.source.clock,
                "fetched_at": utc_now(),
            }
            for year in years
        ]

    def note_delivery(self, name: str, delivery: Delivery) -> None:
        """Remember what the source had to say about a delivery: it is a warning beside the table's checks."""
        if delivery.notices:
            self.note_check(name, "source_notices", "warned", "; ".join(delivery.notices))

    def note_check(self, name: str, check_name: str, status: str, message: str) -> None:
        """Remember the outcome of a check: passed, warned or failed."""
        years: Sequence[int | None] = self._made.get(name) or [None]
        self._checks.append(
            {
                "run_id": self.run_id,
                "table_name": name,
                "check_name": check_name,
                "first_year": years[0],
                "last_year": years[-1],
                "status": status,
                "message": message,
                "checked_at": utc_now(),
            }
        )

    def flush_checks(self) -> None:
        """Write the outcomes of checks to the home's records, where the guard of the publication looks for them."""
        self.home.records.upsert("meta.checks", self._checks)
        self._checks = []

    def flush_records(self, status: str) -> None:
        """Write what was remembered, and the run's status, to the home's records."""
        self.flush_checks()
        if status in ("published", "succeeded"):
            self.home.records.upsert("meta.fetched", list({(row["dataset"], row["year"]): row for row in self._fetched}.values()))
        self._fetched = []
        years = (min(self.years), max(self.years)) if self.years else None
        self.home.records.run(self.run_id, self.command, years, self.as_of, self.settings.preset, status, self.started_at)

    def _as_of_dates_of(self, year: int) -> set[dt.date]:
        there = self.home.lake.read("marts.coverage", [year], ["as_of"])["as_of"].to_list()
        asked = self.home.records.asked_dates(year)
        if year in self.years:
            wanted = self.as_of if self.as_of is not None and self.as_of.year == year else None
            horizon = max([*there, wanted]) if wanted is not None else min(dt.date(year, 12, 31), self.source.clock)
            asked = [*asked, wanted or horizon]
        elif not there:
            return set()
        else:
            horizon = max(there)
        month_ends = [dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]
        return {date for date in [*month_ends, *asked, horizon] if date <= horizon and date.year == year}

    def _unfetched_years(self, name: str) -> list[int]:
        """Years of a raw table that are there in part: fetched up to an earlier day, or for fewer companies than are known now."""
        fetched = self.home.records.read("meta.fetched").filter(
            (pl.col("dataset") == TABLES[name].short_name) & (pl.col("source") == self.source.name)
        )
        due = pl.min_horizontal(pl.date(pl.col("year"), 12, 31), pl.lit(self.source.clock))
        known = asked_now(TABLES[name].short_name, self.home.lake.read("raw.securities"))
        is_partial = (pl.col("fetched_through") < due) | ((pl.col("asked") < known) if known is not None else False)
        return fetched.filter(is_partial)["year"].to_list()


def _by_year(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Cut rows that lie in order of their year, as the lake reads them, into years: slices, for copies would double what is in memory."""
    runs = frame.select(pl.col("year").rle().struct.unnest()).with_columns(start=pl.col("len").cum_sum() - pl.col("len"))
    return {year: frame.slice(start, length) for length, year, start in runs.select("len", "value", "start").iter_rows()}
