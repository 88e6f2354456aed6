"""Which table is made from which, and from which of its years; the one place that says so.

The years that a run reads and makes, what Dagster shows of them, and the check for staleness all come from
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smallcap.lake.stamps import UNPARTITIONED
from smallcap.tables import TABLES


@dataclass(frozen=True)
class Among:
    """The rows of an upstream table that matter: their `column` occurs in `table`, which is read too."""

    table: str
    column: str


@dataclass(frozen=True)
class Window:
    """The years of an upstream table that one year of a table is made from.

    Attributes
    ----------
    back, ahead
        Years before and after it.
    among
        The rows that matter; None for all. Other companies' rows may come and go without making the year
        stale.
    """

    back: int = 0
    ahead: int = 0
    among: Among | None = None

    def around(self, years: Iterable[int]) -> set[int]:
        """Return every year that the given years are made from."""
        return {near for year in years for near in range(year - self.back, year + self.ahead + 1)}


SAME_YEAR = Window()
LISTED_LINES = Among("raw.constituents", "security_id")
MEMBERS = Among("core.members", "entity_id")
MEMBERS_LINES = Among("core.members", "security_id")
# Eight years back hold the five consecutive fiscal years that any rule asks for, with a stale limit and late
# filings.
VISIBLE = Window(back=8, among=MEMBERS)
WATCHED = Among("core.watched_names", "entity_id")
WATCHED_LINES = Among("core.watched_names", "security_id")
# The basis as_published reads 163 days past as_of, so into the next year.
VISIBLE_LATER = Window(back=8, ahead=1, among=MEMBERS)
# The five years of a trailing regression.
TRAILING = Window(back=5)
# Eight years back hold the first months of the books that are given; years of longer books come with a
# backfill.
BOOK_YEARS = Window(back=8)

READS: dict[str, dict[str, Window]] = {
    "raw.securities": {},
    "raw.factors": {},
    "raw.constituents": {"raw.securities": SAME_YEAR},
    "raw.fundamentals": {"raw.securities": SAME_YEAR},
    "raw.vendor_metrics": {"raw.securities": SAME_YEAR, "raw.fundamentals": Window(back=9)},
    "raw.prices": {"raw.securities": SAME_YEAR},
    "raw.snapshots": {},
    "core.members": {
        "raw.constituents": SAME_YEAR,
        "raw.securities": SAME_YEAR,
        "raw.prices": Window(back=1, among=LISTED_LINES),
    },
    "core.annual_fundamentals": {"raw.fundamentals": Window(back=8)},
    "core.annual_metrics": {"core.annual_fundamentals": Window(back=6)},
    "core.metrics_as_of": {
        # Splits between lists since the share count, as far back as prices are read.
        "core.members": Window(back=3),
        "core.annual_metrics": VISIBLE,
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
        "raw.vendor_metrics": VISIBLE,
    },
    "marts.quality_scores": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.annual_metrics": VISIBLE_LATER,
        "raw.vendor_metrics": VISIBLE_LATER,
    },
    "marts.quality_summary": {
        "marts.quality_scores": Window(back=1),
        "core.members": Window(back=1),
        "core.annual_metrics": VISIBLE,
        "raw.prices": Window(back=1, among=MEMBERS_LINES),
    },
    "marts.quality_alternatives": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.annual_fundamentals": VISIBLE,
        "core.annual_metrics": VISIBLE,
    },
    "marts.quality_agreement": {
        "marts.quality_scores": SAME_YEAR,
        "marts.quality_alternatives": SAME_YEAR,
    },
    "marts.quintile_returns": {
        "marts.quality_scores": Window(back=1),
        "core.members": Window(back=1),
        "core.metrics_as_of": Window(back=1),
        "core.monthly_returns": Window(back=1, among=MEMBERS_LINES),
    },
    "marts.quintile_outcomes": {
        # Twenty-one months back.
        "marts.quality_scores": Window(back=2),
        "core.members": Window(back=2),
        "core.annual_metrics": Window(back=2, among=MEMBERS),
        "marts.index_changes": Window(back=2),
        # The last twelve months of a line that stopped soon after formation.
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
    },
    "marts.quintile_performance": {"marts.quintile_returns": SAME_YEAR, "raw.factors": SAME_YEAR},
    "marts.coverage": {
        "raw.constituents": SAME_YEAR,
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "marts.quality_scores": SAME_YEAR,
    },
    "core.filter_evaluations": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.annual_fundamentals": VISIBLE,
        "core.annual_metrics": VISIBLE,
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
        "raw.factors": SAME_YEAR,
    },
    "marts.funnel_outcomes": {"core.filter_evaluations": SAME_YEAR, "core.members": SAME_YEAR},
    "core.factors_monthly": {"raw.factors": SAME_YEAR},
    "core.monthly_returns": {"raw.prices": Window(back=1)},
    "core.return_doubts": {
        # A year ahead holds later lists, counts and reversals.
        "core.monthly_returns": Window(ahead=1),
        "raw.constituents": Window(back=1, ahead=1),
        "raw.fundamentals": Window(back=1, ahead=1),
        "raw.prices": Window(back=1),
        "raw.securities": SAME_YEAR,
    },
    "core.books": {},
    "core.book_lines": {"raw.securities": SAME_YEAR},
    "core.watched_names": {
        "core.members": SAME_YEAR,
        "core.book_lines": SAME_YEAR,
        "raw.securities": SAME_YEAR,
    },
    "core.watched_metrics": {
        "core.watched_names": SAME_YEAR,
        "core.annual_metrics": Window(back=8, among=WATCHED),
        "raw.prices": Window(back=3, among=WATCHED_LINES),
        "raw.vendor_metrics": Window(back=8, among=WATCHED),
    },
    "marts.watched_outcomes": {
        "core.watched_names": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        # The universe to compare with.
        "core.metrics_as_of": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
        "core.annual_fundamentals": Window(back=8, among=WATCHED),
        "core.annual_metrics": Window(back=8, among=WATCHED),
        "raw.prices": Window(back=3, among=WATCHED_LINES),
        "raw.factors": SAME_YEAR,
    },
    "marts.watched_lenses": {
        "core.watched_names": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
        "core.annual_fundamentals": Window(back=8, among=WATCHED),
        "core.annual_metrics": Window(back=8, among=WATCHED),
        "marts.watched_outcomes": SAME_YEAR,
    },
    "marts.watched_scores": {
        "core.watched_names": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.annual_metrics": Window(back=8, ahead=1, among=WATCHED),
        "raw.vendor_metrics": Window(back=8, ahead=1, among=WATCHED),
        "marts.quality_scores": SAME_YEAR,
    },
    "marts.book_holdings": {
        "core.books": SAME_YEAR,
        "core.book_lines": SAME_YEAR,
        "core.members": Window(back=1),
        "marts.funnel_outcomes": Window(back=1),
        # A year ahead distinguishes a month that is missing from returns that have stopped.
        "core.monthly_returns": Window(back=1, ahead=1),
    },
    "marts.book_returns": {"marts.book_holdings": SAME_YEAR},
    "marts.treated_book_returns": {
        "marts.book_holdings": SAME_YEAR,
        "core.book_lines": SAME_YEAR,
        "core.monthly_returns": Window(back=1),
        "core.return_doubts": SAME_YEAR,
        "raw.prices": Window(back=1),
        "raw.constituents": Window(back=1),
        "raw.securities": SAME_YEAR,
    },
    "marts.funnel_summary": {
        "marts.funnel_outcomes": SAME_YEAR,
        "marts.book_returns": TRAILING,
        "raw.factors": SAME_YEAR,
    },
    "marts.stock_factor_loadings": {
        "core.members": SAME_YEAR,
        "core.monthly_returns": Window(back=5, among=MEMBERS_LINES),
        "raw.factors": SAME_YEAR,
    },
    "marts.factor_regressions": {
        "core.books": SAME_YEAR,
        "marts.book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.book_validations": {"core.books": SAME_YEAR, "marts.factor_regressions": SAME_YEAR},
    "marts.book_inference": {
        "core.books": SAME_YEAR,
        "marts.treated_book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.alpha_family": {"marts.factor_regressions": SAME_YEAR, "marts.book_inference": SAME_YEAR},
    "marts.deflated_sharpe": {
        "core.books": SAME_YEAR,
        "marts.book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.book_comparisons": {
        "core.books": SAME_YEAR,
        "marts.book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.vintage_sensitivity": {"marts.book_returns": BOOK_YEARS, "raw.factors": SAME_YEAR},
    "marts.hindsight_gap": {
        "core.books": SAME_YEAR,
        "core.book_lines": SAME_YEAR,
        "core.members": SAME_YEAR,
        "core.watched_names": SAME_YEAR,
        "core.monthly_returns": BOOK_YEARS,
        "marts.book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.treated_hindsight": {
        "marts.hindsight_gap": SAME_YEAR,
        "core.books": SAME_YEAR,
        "core.book_lines": SAME_YEAR,
        "core.members": SAME_YEAR,
        "core.watched_names": SAME_YEAR,
        "core.monthly_returns": BOOK_YEARS,
        "core.return_doubts": BOOK_YEARS,
        "marts.treated_book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.experiment_returns": {
        "core.members": Window(back=1),
        "core.metrics_as_of": Window(back=1),
        "core.monthly_returns": Window(back=1, among=MEMBERS_LINES),
    },
    "marts.profitability_experiment": {
        "marts.experiment_returns": SAME_YEAR,
        "core.factors_monthly": SAME_YEAR,
    },
    "marts.treated_experiment_returns": {
        "core.members": Window(back=1),
        "core.metrics_as_of": Window(back=1),
        # All lines: the quantiles are those of the month.
        "core.monthly_returns": Window(back=1),
        "core.return_doubts": Window(back=1),
    },
    "marts.treated_experiment": {
        "marts.experiment_returns": SAME_YEAR,
        "marts.treated_experiment_returns": SAME_YEAR,
        "core.factors_monthly": SAME_YEAR,
    },
    "marts.statement_lenses": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.annual_fundamentals": VISIBLE,
        "core.annual_metrics": VISIBLE,
        "core.filter_evaluations": SAME_YEAR,
    },
    "marts.screen_changes": {
        "marts.funnel_outcomes": Window(back=1),
        "core.filter_evaluations": Window(back=1),
        "core.metrics_as_of": Window(back=1),
    },
    "marts.published_candidates": {
        "core.watched_names": SAME_YEAR,
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
        "marts.watched_outcomes": SAME_YEAR,
    },
    "marts.study_comparison": {
        "marts.quality_summary": SAME_YEAR,
        "marts.quality_scores": SAME_YEAR,
        "marts.index_profile": SAME_YEAR,
        "marts.index_holdings": SAME_YEAR,
    },
    "marts.study_regression": {"marts.factor_regressions": SAME_YEAR, "core.book_lines": SAME_YEAR},
    "marts.index_holdings": {"core.members": SAME_YEAR, "core.metrics_as_of": SAME_YEAR},
    "marts.index_sectors": {"core.members": SAME_YEAR, "core.metrics_as_of": SAME_YEAR},
    "marts.index_eligibility": {
        "core.members": SAME_YEAR,
        "raw.constituents": SAME_YEAR,
        # The rank day that applies until spring is last year's.
        "core.metrics_as_of": Window(back=1),
        "raw.prices": Window(back=1, among=MEMBERS_LINES),
    },
    "marts.index_profile": {
        "core.members": Window(back=1),
        "core.metrics_as_of": SAME_YEAR,
        "marts.index_eligibility": SAME_YEAR,
    },
    "marts.index_changes": {
        "core.members": Window(back=1),
        "core.metrics_as_of": Window(back=1),
        # Two years back tell a new listing, a year ahead tells a line that is gone from a month that is
        # missing.
        "raw.prices": Window(back=2, ahead=1, among=MEMBERS_LINES),
    },
    "marts.reconstitution_effects": {"core.members": SAME_YEAR, "core.monthly_returns": SAME_YEAR},
    "marts.reconstitution_events": {
        "core.members": SAME_YEAR,
        "marts.index_changes": SAME_YEAR,
        "raw.prices": SAME_YEAR,
        # Loadings come from the sixty months before a rank day.
        "core.monthly_returns": TRAILING,
        "raw.securities": SAME_YEAR,
        "core.factors_monthly": SAME_YEAR,
    },
    "marts.reconstitution_pooled": {"marts.reconstitution_events": SAME_YEAR},
    "marts.thesis_checks": {
        "core.members": SAME_YEAR,
        "core.monthly_returns": SAME_YEAR,
        "raw.prices": SAME_YEAR,
        "marts.benchmark_panel": SAME_YEAR,
        "marts.quintile_performance": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.factors_monthly": SAME_YEAR,
        "marts.index_profile": SAME_YEAR,
        "marts.index_holdings": SAME_YEAR,
        "marts.experiment_returns": SAME_YEAR,
        "marts.profitability_experiment": SAME_YEAR,
        "marts.reconstitution_pooled": SAME_YEAR,
    },
    "marts.benchmark_panel": {
        "core.members": SAME_YEAR,
        "raw.securities": SAME_YEAR,
        "core.monthly_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.index_comparison": {
        "marts.index_profile": SAME_YEAR,
        "marts.index_holdings": SAME_YEAR,
        "marts.benchmark_panel": SAME_YEAR,
    },
    "marts.metric_differences": {"raw.vendor_metrics": SAME_YEAR, "core.annual_metrics": Window(back=3)},
}
"""For each table what it reads. Of a table without partitions all rows are read. Such a table is itself made
from all years that exist; its windows say which of them a run makes if they are missing."""

JUDGES = {"core.annual_fundamentals": "raw.fundamentals"}
"""Tables that evaluate the rows of another: everything that was fetched is evaluated. Otherwise a row with an
impossible date, filed years before its period ended, would go unnoticed in a year that no snapshot reads."""

FIRST_YEAR = 2003
"""The first year of history: the sample's first members are of January 2005, and screens look back."""


def years_read(upstream: str, window: Window, years: Iterable[int]) -> list[int]:
    """Return the years of `upstream` that the given years of a partitioned table are made from."""
    if not TABLES[upstream].is_partitioned:
        return [UNPARTITIONED]
    return sorted(year for year in window.around(years) if year >= FIRST_YEAR)


def years_wanted_by_others(name: str, run_years: Iterable[int]) -> set[int]:
    """Return the years of a flow table that snapshots of `run_years` need, also through other tables."""
    wanted: set[int] = set()
    for consumer, reads in READS.items():
        if name in reads:
            consumer_years = set(run_years) | (
                years_wanted_by_others(consumer, run_years) if TABLES[consumer].kind == "flow" else set()
            )
            wanted |= set(years_read(name, reads[name], consumer_years))
    return wanted


def years_to_make(
    name: str,
    run_years: Iterable[int],
    present: Iterable[int],
    stale: Iterable[int],
    last_year: int,
    due: Iterable[int] = (),
    *,
    is_forced: bool = False,
) -> list[int]:
    """Return the years of a table that a run makes.

    Of the requested years, those that are missing, or all of them where the run is forced; for a flow table
    also those that the snapshots of these years need and the lake does not have; and any existing year that
    is out of date.

    Parameters
    ----------
    name
        A partitioned table.
    run_years
        The requested years.
    present
        Years of the table that exist.
    stale
        Those of them that are out of date.
    last_year
        The last year that the source can know something of.
    due
        Years of the table that exist, but were fetched only in part, or too long ago.
    is_forced
        Whether the requested years are made even where they are up to date.
    """
    run_years, complete = set(run_years), set(present) - set(due)
    wanted = (
        years_wanted_by_others(JUDGES.get(name, name), run_years) if TABLES[name].kind == "flow" else set()
    )
    missing = {year for year in wanted if year <= last_year and year not in complete}
    return sorted((run_years if is_forced else run_years - complete) | missing | set(stale))
