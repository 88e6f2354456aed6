"""The yardstick of the backfill: a script that makes the same tables from the same payloads as plain Parquet.

No contract, no Delta log, no stamp, no check, no catalogue, no Dagster: every table of all years at once, one
file per year. The funnel's tables come from a second implementation (`tests.oracle.funnel_polars`); the
others call the same functions.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.measured_run import peak_memory
from benchmarks.plain_files import write_by_year
from smallcap.finance import coverage, members
from smallcap.finance.metrics import annual, market, sanity
from smallcap.finance.metrics.trailing_as_of import trailing_as_of
from smallcap.finance.quality import scores as quality
from smallcap.finance.quality import summary as quality_summary
from smallcap.finance.quarters.quarters import quarters_known_in
from smallcap.finance.trailing.metrics import trailing_metrics
from smallcap.lake.contract import to_json_rows
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.applicability import APPLICABILITY_FILE, Applicability
from smallcap.rules.types.kinds import KINDS_FILE, CompanyKind
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.quality import QualityRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.trailing import TrailingRules
from smallcap.settings import Settings
from smallcap.sources import ingest
from smallcap.sources.base import Source
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.identity import ids as identity
from smallcap.sources.open import open_source
from smallcap.sources.payloads import SnapshotStore
from smallcap.tables import TABLES
from smallcap.tables.quarters import QuarterlyRecord
from tests.oracle.funnel_polars import funnel_by_year

FIRST_FLOW_YEAR = 2003
"""Records and prices are taken from here on: the first screens look back."""
YEARS_RESTATED = 10
YEARS_BEFORE = 6
"""Years that quarters and trailing metrics are made from, besides their own."""
LATER = (
    *("raw.quarterly_fundamentals", "core.quarterly_fundamentals"),
    *("core.trailing_metrics", "core.trailing_as_of"),
)
"""Tables that did not exist when the set of compared tables was frozen (commit 2701f5b)."""

Frames = dict[str, pl.DataFrame]


def backfill(settings: Settings, first: int, last: int, folder: Path) -> dict[str, float]:
    """Compute every table of a range of years and write it.

    Parameters
    ----------
    settings
        Where the source keeps its payloads, and the rules.
    first, last
        The years whose month ends are asked about.
    folder
        Where the files go: ``<table>/<year>.parquet``.

    Returns
    -------
    dict of str to float
        Seconds that the later tables, and those of the funnel, took of it.
    """
    source = open_source(settings, SnapshotStore(settings.snapshots_dir))
    years = range(first, last + 1)
    as_ofs = [
        dt.date(year, month, calendar.monthrange(year, month)[1]) for year in years for month in range(1, 13)
    ]
    frames = _raw(settings, source, as_ofs)
    frames |= _core(settings, frames)
    started = time.perf_counter()
    frames |= _later(settings, source, as_ofs, frames)
    for name in LATER:
        write_by_year(frames[name], name, folder)
    later_seconds = time.perf_counter() - started
    frames |= _marts(settings, source, as_ofs, frames)
    for name in (name for name in frames if name not in LATER):
        write_by_year(frames[name], name, folder)
    started = time.perf_counter()
    made = funnel_by_year(settings.reference_dir, settings.shariah_standard, frames, years)
    for _, tables in made:
        for name, frame in tables.items():
            # In the order of the key, as the contract has it: one date of the file is then read in one piece.
            write_by_year(frame.sort(TABLES[name].key), name, folder)
    return {"later_seconds": later_seconds, "funnel_seconds": time.perf_counter() - started}


def _raw(settings: Settings, source: Source, as_ofs: Sequence[dt.date]) -> Frames:
    """Take what the source delivers, with our ids."""
    rules = read_rules(settings.reference_dir, "metrics.toml", MetricsRules)
    start, end, later, restated = _period(as_ofs)
    none = TABLES["raw.securities"].empty()
    securities = identity.mint(source.securities().rows, none)
    sessions = nyse_sessions(restated, later.replace(year=later.year + 1))
    records = ingest.fundamentals(
        source.fundamentals(restated, later), securities, sessions, rules.visibility.assumed_lag_days
    ).rows
    known = pl.col("year").is_between(start.year, later.year)
    fundamentals = records.filter(known)
    served = source.vendor_metrics(start.replace(year=start.year - 2), later)
    return {
        "raw.factors": ingest.factors(source.factors()).rows,
        "raw.securities": securities,
        "raw.constituents": ingest.constituents(
            source.constituents(settings.index_name, as_ofs), securities, settings.index_name
        ).rows,
        "raw.fundamentals": fundamentals,
        "raw.prices": ingest.prices(source.prices(start, end), securities).rows,
        "raw.vendor_metrics": ingest.vendor_metrics(served, securities, fundamentals).rows.filter(known),
    }


def _period(as_ofs: Sequence[dt.date]) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    """Find the first and last day asked about, the last on which a record counts, and the first restated."""
    start, end = dt.date(FIRST_FLOW_YEAR, 1, 1), dt.date(as_ofs[-1].year, 12, 31)
    # Basis as_published looks into the year after the last.
    return start, end, dt.date(end.year + 1, 12, 31), start.replace(year=start.year - YEARS_RESTATED)


def _core(settings: Settings, raw: Frames) -> Frames:
    """Evaluate the records, compute their ratios, and see them from every as_of."""
    metrics_rules = read_rules(settings.reference_dir, "metrics.toml", MetricsRules)
    kinds = read_rows(settings.reference_dir, KINDS_FILE, CompanyKind)
    applicability = read_rules(settings.reference_dir, APPLICABILITY_FILE, Applicability)
    sanity_rules = read_rules(settings.reference_dir, "sanity.toml", SanityRules)
    kept, refused = sanity.refuse(raw["raw.fundamentals"], sanity_rules)
    fundamentals = sanity.flag(kept, sanity_rules)
    metrics = annual.annual_metrics(fundamentals, metrics_rules)
    present = members.members(
        raw["raw.constituents"], raw["raw.securities"], raw["raw.prices"], metrics_rules, kinds
    )
    valued = market.metrics_as_of(
        present,
        metrics,
        raw["raw.prices"],
        raw["raw.vendor_metrics"],
        metrics_rules,
        settings.stale_months,
        applicability,
    )
    return {
        "core.rejects": refused.select("year", "rule", row_json=to_json_rows(refused.drop("rule"))),
        "core.annual_fundamentals": fundamentals,
        "core.annual_metrics": metrics,
        "core.members": present,
        "core.metrics_as_of": valued,
    }


def _later(settings: Settings, source: Source, as_ofs: Sequence[dt.date], tables: Frames) -> Frames:
    """Take the quarters that the source delivers, and compute what is made of them alone."""
    rules = read_rules(settings.reference_dir, "metrics.toml", MetricsRules)
    sanity_rules = read_rules(settings.reference_dir, "sanity.toml", SanityRules)
    trailing_rules = read_rules(settings.reference_dir, "trailing.toml", TrailingRules)
    applicability = read_rules(settings.reference_dir, APPLICABILITY_FILE, Applicability)
    start, _, later, restated = _period(as_ofs)
    served = ingest.quarterly_fundamentals(
        source.quarterly_fundamentals(restated, later),
        tables["raw.securities"],
        nyse_sessions(restated, later.replace(year=later.year + 1)),
        rules.visibility.assumed_lag_days,
    ).rows.filter(pl.col("year").is_between(start.year, later.year))
    quarters, trailing = _quarters(
        served, tables["core.annual_fundamentals"], rules, sanity_rules, trailing_rules
    )
    latest = trailing_as_of(
        *(tables["core.members"], trailing, quarters, tables["core.metrics_as_of"], tables["raw.prices"]),
        *(rules, settings.stale_months, applicability),
    )
    return dict(zip(LATER, (served, quarters, trailing, latest), strict=True))


def _quarters(
    served: pl.DataFrame,
    annual: pl.DataFrame,
    metrics_rules: MetricsRules,
    sanity_rules: SanityRules,
    trailing_rules: TrailingRules,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compute quarters and trailing metrics year by year, each from the six years before it."""

    def near(frame: pl.DataFrame, year: int) -> pl.DataFrame:
        """Take the rows that a year is made from."""
        return frame.filter(pl.col("year").is_between(year - YEARS_BEFORE, year))

    years = sorted(annual["year"].unique())
    # Without the columns that only say how a row was delivered, as the asset reads them.
    served = served.select(list(QuarterlyRecord.columns()))
    quarters = pl.concat(
        quarters_known_in(year, near(served, year), near(annual, year), sanity_rules).rows for year in years
    )
    trailing = pl.concat(
        trailing_metrics(
            *(near(annual, year), near(quarters, year), metrics_rules, sanity_rules, trailing_rules, year)
        )
        for year in years
    )
    return quarters, trailing


def _marts(settings: Settings, source: Source, as_ofs: Sequence[dt.date], tables: Frames) -> Frames:
    """Screen the members, and sum up."""
    rules = read_rules(settings.reference_dir, "quality.toml", QualityRules)
    applicability = read_rules(settings.reference_dir, APPLICABILITY_FILE, Applicability)
    present, metrics, as_of = (
        tables["core.members"],
        tables["core.annual_metrics"],
        tables["core.metrics_as_of"],
    )
    scores = quality.quality_scores(
        present,
        as_of,
        metrics,
        tables["raw.vendor_metrics"],
        rules,
        source.clock,
        settings.stale_months,
        applicability,
        tables["core.trailing_as_of"],
    )
    years = sorted({day.year for day in as_ofs})
    return {
        "marts.quality_scores": scores,
        "marts.quality_summary": quality_summary.quality_summary(
            scores, present, metrics, tables["raw.prices"], rules, years
        ),
        "marts.coverage": coverage.coverage(
            *(as_ofs, tables["raw.constituents"], present, as_of, tables["core.annual_fundamentals"]),
            *(scores, settings.stale_months),
        ),
    }


def main() -> None:
    """Run the script and tell what it took, as JSON: home, first year, last year, folder."""
    home, first, last, folder = sys.argv[1:5]
    started = time.perf_counter()
    parts = backfill(Settings(home=Path(home), preset="sample"), int(first), int(last), Path(folder))
    told = {**parts, "seconds": time.perf_counter() - started, "peak_bytes": peak_memory()}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
