"""What each table uses besides the tables that it reads: rule sets, settings, dates, source and clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Clock = Literal["horizons", "months"]


@dataclass(frozen=True)
class Uses:
    """What a table's rows depend on that no other table holds.

    Attributes
    ----------
    rules
        Rule sets, by their names in `smallcap.engine.rule_sets`.
    settings
        Settings, by name.
    has_dates
        Whether the rows of a year are made for the year's as_of dates.
    clock
        How the rows depend on the last day that the source knows: by the horizons of the as_of dates, or by
        complete months.
    dataset
        For a raw table, what it asks the source for.
    """

    rules: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    has_dates: bool = False
    clock: Clock | None = None
    dataset: str | None = None


NOTHING = Uses()
LISTS = ("holdings_rules", "ticker_aliases", "index_funds", "cik_successions", "cusip_identity")
STATEMENTS = ("metrics_rules", "sanity_rules", "withdrawals", "concepts", *LISTS)
INDEX = ("index_rules", "reconstitutions")
FOOTING = ("statement_footing",)
OF_THE_FILTERS = ("shariah_standard", *FOOTING)

USES: Mapping[str, Uses] = {
    "raw.securities": Uses(
        ("book_rules", "watchlist", "benchmark_rules", *LISTS), has_dates=True, dataset="securities"
    ),
    "raw.factors": Uses(dataset="factors"),
    "raw.constituents": Uses(LISTS, has_dates=True, dataset="constituents"),
    "raw.fundamentals": Uses(
        STATEMENTS,
        ("files_blank_debt_is_zero", "shares_split_basis"),
        dataset="fundamentals",
    ),
    "raw.quarterly_fundamentals": Uses(
        STATEMENTS,
        ("files_blank_debt_is_zero", "shares_split_basis"),
        dataset="quarterly_fundamentals",
    ),
    "raw.fundamental_tags": Uses(("concepts", "cik_successions"), dataset="fundamental_tags"),
    "raw.vendor_metrics": Uses(("withdrawals",), dataset="vendor_metrics"),
    "raw.prices": Uses(("metrics_rules", "sanity_rules", "withdrawals", *LISTS), dataset="prices"),
    "raw.snapshots": Uses(dataset="snapshots"),
    "core.members": Uses(("metrics_rules", "company_kinds")),
    "core.annual_fundamentals": Uses(("sanity_rules",)),
    "core.quarterly_fundamentals": Uses(("sanity_rules",)),
    "core.annual_metrics": Uses(("metrics_rules",)),
    "core.trailing_metrics": Uses(("metrics_rules", "sanity_rules", "trailing_rules")),
    "core.metrics_as_of": Uses(("metrics_rules", "applicability"), ("stale_months",)),
    "core.trailing_as_of": Uses(("metrics_rules", "applicability"), ("stale_months",)),
    "core.filter_evaluations": Uses(
        ("funnel_rules", "business_rules", "shariah_standards", "applicability"), OF_THE_FILTERS
    ),
    "core.monthly_returns": Uses(("factor_rules", "return_rules"), clock="months"),
    "core.return_doubts": Uses(("return_rules",)),
    "core.books": Uses(("book_rules",), dataset="books"),
    "core.book_lines": Uses(("book_rules",), dataset="books"),
    "core.watched_names": Uses(("metrics_rules", "company_kinds", "watchlist"), dataset="securities"),
    "core.watched_metrics": Uses(("metrics_rules", "applicability"), ("stale_months",)),
    "core.watched_trailing": Uses(("metrics_rules", "applicability"), ("stale_months",)),
    "marts.watched_outcomes": Uses(
        ("funnel_rules", "business_rules", "shariah_standards", "applicability"), OF_THE_FILTERS
    ),
    "marts.watched_lenses": Uses(("funnel_rules", "applicability"), FOOTING),
    "marts.watched_scores": Uses(("quality_rules", "applicability"), ("stale_months",), clock="horizons"),
    "marts.quality_scores": Uses(("quality_rules", "applicability"), ("stale_months",), clock="horizons"),
    "marts.published_candidates": Uses(("published_book",)),
    "marts.study_comparison": Uses(("published_figures",)),
    "marts.study_regression": Uses(("published_figures",)),
    "marts.quality_summary": Uses(("quality_rules",)),
    "marts.quality_alternatives": Uses(("metrics_rules", "quintile_rules")),
    "marts.quality_agreement": Uses(("quintile_rules",)),
    "marts.quintile_returns": Uses(("quintile_rules",)),
    "marts.quintile_outcomes": Uses(("quintile_rules",)),
    "marts.quintile_performance": Uses(("quintile_rules", "factor_rules")),
    "marts.treated_quintile_returns": Uses(("quintile_rules", "return_rules")),
    "marts.treated_quintiles": Uses(("quintile_rules", "factor_rules", "inference_rules")),
    "marts.coverage": Uses(settings=("stale_months",), has_dates=True),
    "marts.metric_differences": Uses(("reconciliation_rules",)),
    "marts.book_holdings": Uses(("reconstitutions",)),
    "marts.funnel_summary": Uses(("factor_rules",)),
    "marts.statement_lenses": Uses(("funnel_rules", "applicability"), FOOTING),
    "marts.screen_changes": Uses(settings=FOOTING),
    "marts.debt_between_reports": Uses(("funnel_rules", "applicability")),
    "marts.stock_factor_loadings": Uses(("factor_rules",)),
    "marts.treated_book_returns": Uses(("return_rules",)),
    "marts.factor_regressions": Uses(("factor_rules",)),
    "marts.book_validations": Uses(("factor_rules",)),
    "marts.book_inference": Uses(("factor_rules", "inference_rules")),
    "marts.alpha_family": Uses(("factor_rules",)),
    "marts.deflated_sharpe": Uses(("factor_rules", "inference_rules")),
    "marts.book_comparisons": Uses(("factor_rules",)),
    "marts.vintage_sensitivity": Uses(("factor_rules",)),
    "marts.hindsight_gap": Uses(("factor_rules",)),
    "marts.treated_hindsight": Uses(("factor_rules", "return_rules")),
    "marts.treated_experiment_returns": Uses(("return_rules",)),
    "marts.treated_experiment": Uses(("experiment_rules", "inference_rules", "return_rules")),
    "marts.experiment_returns": Uses(("cap_ranges",)),
    "marts.profitability_experiment": Uses(("experiment_rules",)),
    "marts.index_eligibility": Uses(INDEX),
    "marts.index_holdings": Uses(("index_rules",)),
    "marts.index_profile": Uses(INDEX),
    "marts.index_changes": Uses(INDEX),
    "marts.reconstitution_effects": Uses(INDEX),
    "marts.reconstitution_events": Uses(("event_study_rules", "reconstitutions")),
    "marts.reconstitution_pooled": Uses(("event_study_rules",)),
    "marts.thesis_checks": Uses(("thesis_claims",)),
    "marts.benchmark_panel": Uses(("benchmark_rules", "factor_rules")),
    "marts.index_comparison": Uses(("benchmark_rules",)),
    "marts.resolved_shares": Uses(("cusip_identity",)),
}
"""A table that is not here uses its inputs and its code alone."""


def uses_of(name: str) -> Uses:
    """Return what a table uses."""
    return USES.get(name, NOTHING)
