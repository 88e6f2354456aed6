"""The source adapter of the sample universe: generates it on first use and keeps it as snapshots."""

from __future__ import annotations

import bisect
import datetime as dt
import io
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.sample_generator import GENERATOR_VERSION
from smallcap.sources.base import (
    CONSTITUENTS_COLUMNS,
    FACTORS_COLUMNS,
    MAX_LIST_AGE_DAYS,
    Delivery,
    NamesNoConcepts,
)
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.sample.calendar import CLOCK, FIRST_LIST_MONTH, month_ends
from smallcap.sources.sample.factor_files import french_files
from smallcap.sources.sample.generate import (
    DATASETS,
    changes_and_causes,
    generate,
    true_acquisitions,
    true_delistings,
)
from smallcap.sources.sample.hindsight import HINDSIGHT_BOOK, hindsight_tickers
from smallcap.sources.sample.lines import SOURCE
from smallcap.sources.sample.watched import left_and_traded

INDEX: Final = "russell2000"


class SampleSource(NamesNoConcepts):
    """A source of made-up companies.

    Parameters
    ----------
    companies
        Companies that exist at any time between 2002 and the clock.
    seed
        Seed of the universe: the same seed and number give the same universe.
    snapshots
        Where generated datasets are kept, so that a later run needs no generation; None keeps nothing.
    """

    name = SOURCE
    absent: frozenset[str] = frozenset({"fundamental_tags"})
    label = "synthetic sample universe (made-up companies)"
    max_list_age_days = MAX_LIST_AGE_DAYS
    clock = CLOCK
    refresh_after: dt.timedelta | None = None

    def __init__(self, companies: int, seed: int, snapshots: SnapshotStore | None = None) -> None:
        self.companies = companies
        self.seed = seed
        self._snapshots = snapshots
        self._datasets: dict[str, pl.DataFrame] = {}

    def fingerprint(self, dataset: str) -> str:
        """Return an empty digest: the universe depends only on its size, its seed and the code."""
        return ""

    def membership_dates(self, index: str) -> list[dt.date]:
        """Return the month ends from January 2005 to the clock."""
        _require_known(index)
        return _list_dates()

    def constituents(self, index: str, as_ofs: Sequence[dt.date]) -> Delivery:
        """Return the newest list dated at most 31 days before each as_of; none after the clock."""
        _require_known(index)
        asked = _newest_lists(as_ofs)
        rows = (
            self._dataset("constituents")
            .lazy()
            .drop("as_of")
            .join(asked.lazy(), on="snapshot_date")
            .with_columns(list_available_date=pl.lit(None, dtype=pl.Date))
            .select(*CONSTITUENTS_COLUMNS)
            .sort("as_of", "source_id")
            .collect(engine="in-memory")
        )
        return Delivery(rows)

    def securities(self, lines: pl.DataFrame | None = None, tickers: Collection[str] = ()) -> Delivery:
        """Return the lines of every company of `lines` or `tickers`, one row per ticker spell.

        A ticker names every company of which a line ever carried it.
        """
        spells = self._dataset("securities")
        if lines is None:
            return Delivery(spells)
        is_listed = pl.col("source_id").is_in(lines["source_id"].unique().to_list())
        is_named = pl.col("ticker").is_in(normalised(pl.Series(list(tickers), dtype=pl.String)).to_list())
        companies = spells.filter(is_listed | is_named)["source_entity_id"].unique()
        return Delivery(spells.filter(pl.col("source_entity_id").is_in(companies.to_list())))

    def fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Return annual records, all versions, with period_end in [start, end]."""
        return self._between("fundamentals", "period_end", start, end, "source_entity_id", companies)

    def quarterly_fundamentals(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Return records of all quarters but fourth ones, all versions, with period_end in [start, end]."""
        return self._between(
            "quarterly_fundamentals", "period_end", start, end, "source_entity_id", companies
        )

    def vendor_metrics(
        self, start: dt.date, end: dt.date, companies: Collection[str] | None = None
    ) -> Delivery:
        """Return ready-made ratios with period_end in [start, end]."""
        return self._between("vendor_metrics", "period_end", start, end, "source_entity_id", companies)

    def prices(self, start: dt.date, end: dt.date, lines: Collection[str] | None = None) -> Delivery:
        """Return month-end prices and returns with date in [start, end]."""
        return self._between("prices", "date", start, end, "source_id", lines)

    def factors(self) -> Delivery:
        """Return the factor returns of all vintages, parsed from the files of `french_files`."""
        from smallcap.sources.french.files import read_french

        parsed = [read_french(payload, name) for name, payload in self.french_files().items()]
        frame = pl.concat(parsed).with_columns(pl.lit(self.name).alias("source"))
        return Delivery(frame.select(*FACTORS_COLUMNS).sort("vintage", "model", "month"))

    def french_files(self) -> dict[str, bytes]:
        """Return the factor files of all vintages, in Kenneth French's layout, by file name."""
        return french_files(self.seed)

    def book_tickers(self) -> Mapping[str, tuple[str, ...]]:
        """Return the tickers of the hindsight book."""
        datasets = {name: self._dataset(name) for name in ("constituents", "prices", "securities")}
        return {HINDSIGHT_BOOK: hindsight_tickers(**datasets)}

    def watched_tickers(self) -> tuple[str, ...]:
        """Return the tickers of three companies that left the index and still trade."""
        return left_and_traded(*(self._dataset(name) for name in ("constituents", "prices", "securities")))

    def true_loadings(self) -> pl.DataFrame:
        """Return the loadings that the returns were generated from.

        Returns
        -------
        pl.DataFrame
            source_id, mkt_rf, smb, hml, rmw, cma, alpha (a month), residual_volatility (a month); one row per
            line with prices. Of the index funds only that of large companies: the holdings of others change.
        """
        return self._dataset("true_loadings")

    def true_changes(self) -> pl.DataFrame:
        """Return why companies joined and left the index; computed on each call, as no dataset needs it.

        Returns
        -------
        pl.DataFrame
            as_of, source_entity_id, change (added or removed), cause (a value of marts.index_changes); one
            row per change between two month-end lists of the first fund.
        """
        return changes_and_causes(self.companies, self.seed)

    def true_delistings(self) -> pl.DataFrame:
        """Return how the lines ended that did; computed on each call, as no dataset needs it.

        Returns
        -------
        pl.DataFrame
            source_id, last_date, cause (acquired or performance), exchange, return_after (of the last price).
        """
        return true_delistings(self.companies, self.seed)

    def true_acquisitions(self) -> pl.DataFrame:
        """Return acquisitions with borrowed money between two annual reports; computed on each call.

        Returns
        -------
        pl.DataFrame
            source_entity_id, period_end (of the quarter of the acquisition), debt_to_equity_before (at the
            last annual report) and debt_to_equity_after (at period_end); ratios null where equity is not
            positive.
        """
        return true_acquisitions(self.companies, self.seed)

    def _between(
        self, dataset: str, column: str, start: dt.date, end: dt.date, key: str, asked: Collection[str] | None
    ) -> Delivery:
        rows = self._dataset(dataset).filter(pl.col(column).is_between(start, end))
        return Delivery(rows if asked is None else rows.filter(pl.col(key).is_in(list(asked))))

    def _dataset(self, name: str) -> pl.DataFrame:
        # Kept datasets are read from disk on each call: a run calls once, and all datasets together take
        # 600 MB in memory.
        kept = self._kept(name)
        if kept is not None:
            return kept
        if name not in self._datasets:
            return self._generate_all()[name]
        return self._datasets[name]

    @cached_property
    def _request(self) -> dict[str, object]:
        return {"generator_version": GENERATOR_VERSION, "companies": self.companies, "seed": self.seed}

    def _kept(self, name: str) -> pl.DataFrame | None:
        payload = self._snapshots.find(self.name, name, self._request) if self._snapshots else None
        return pl.read_parquet(io.BytesIO(payload)) if payload is not None else None

    def _generate_all(self) -> dict[str, pl.DataFrame]:
        datasets = generate(self.companies, self.seed)
        if self._snapshots is None:
            self._datasets = datasets
            return datasets
        for name in DATASETS:
            buffer = io.BytesIO()
            datasets[name].write_parquet(buffer, compression="zstd", compression_level=1)
            self._snapshots.keep(self.name, name, self._request, buffer.getvalue())
        return datasets


def _list_dates() -> list[dt.date]:
    return [day.item() for day in month_ends()[FIRST_LIST_MONTH:]]


def _newest_lists(as_ofs: Sequence[dt.date]) -> pl.DataFrame:
    dates = _list_dates()
    pairs = [
        (as_of, dates[bisect.bisect_right(dates, as_of) - 1])
        for as_of in sorted(set(as_ofs))
        if dates[0] <= as_of <= CLOCK
    ]
    fresh = [pair for pair in pairs if (pair[0] - pair[1]).days <= MAX_LIST_AGE_DAYS]
    return pl.DataFrame(fresh, schema={"as_of": pl.Date, "snapshot_date": pl.Date}, orient="row")


def _require_known(index: str) -> None:
    if index != INDEX:
        raise InputError(
            f"the sample universe has one index, {INDEX}; it has no '{index}' (setting index_name)"
        )
