"""Which tables each mart is made from, and which of their years: a part of `smallcap.engine.lineage`."""

from __future__ import annotations

from smallcap.engine.windows import (
    BOOK_YEARS,
    LATEST,
    MEMBERS,
    MEMBERS_LINES,
    PROFILED_DATES,
    SAME_YEAR,
    TRAILING,
    VISIBLE,
    VISIBLE_LATER,
    WATCHED,
    WATCHED_LINES,
    Window,
)

QUINTILES = {
    **dict.fromkeys(("marts.quality_scores", "core.members", "core.metrics_as_of"), Window(back=1)),
    "core.monthly_returns": Window(back=1, among=MEMBERS_LINES),
}

MARTS: dict[str, dict[str, Window]] = {
    "marts.quality_scores": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.annual_metrics": VISIBLE_LATER,
        "raw.vendor_metrics": VISIBLE_LATER,
        "core.trailing_as_of": SAME_YEAR,
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
    "marts.quintile_returns": QUINTILES,
    "marts.quintile_performance": {"marts.quintile_returns": SAME_YEAR, "raw.factors": SAME_YEAR},
    "marts.treated_quintile_returns": {**QUINTILES, "core.return_doubts": Window(back=1)},
    "marts.treated_quintiles": {
        "marts.quintile_returns": SAME_YEAR,
        "marts.treated_quintile_returns": SAME_YEAR,
        "raw.factors": SAME_YEAR,
    },
    "marts.coverage": {
        "raw.constituents": SAME_YEAR,
        # The list that could be known at a date may be of the year before.
        "core.members": Window(back=1),
        "core.metrics_as_of": SAME_YEAR,
        "core.annual_fundamentals": VISIBLE,
        "marts.quality_scores": SAME_YEAR,
    },
    "marts.funnel_outcomes": {"core.filter_evaluations": SAME_YEAR, "core.members": SAME_YEAR},
    "marts.watched_outcomes": {
        "core.watched_names": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.watched_trailing": SAME_YEAR,
        # The universe to compare with.
        "core.metrics_as_of": SAME_YEAR,
        "core.trailing_as_of": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
        "core.annual_fundamentals": Window(back=8, among=WATCHED),
        "core.annual_metrics": Window(back=8, among=WATCHED),
        "raw.prices": Window(back=3, among=WATCHED_LINES),
        "raw.factors": SAME_YEAR,
    },
    "marts.watched_lenses": {
        "core.watched_names": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.watched_trailing": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.trailing_as_of": SAME_YEAR,
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
        "core.watched_trailing": SAME_YEAR,
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
        # Years ahead: a name that is watched now is priced with its past.
        "core.watched_names": Window(ahead=8),
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
        "raw.securities": SAME_YEAR,
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
        "raw.securities": SAME_YEAR,
        "core.monthly_returns": BOOK_YEARS,
        "core.return_doubts": BOOK_YEARS,
        "marts.treated_book_returns": BOOK_YEARS,
        "raw.factors": SAME_YEAR,
    },
    "marts.experiment_returns": {
        # Eight years back hold the eight Junes that decide who is admitted, for the book of last June too.
        "core.members": Window(back=8),
        "core.trailing_as_of": Window(back=8),
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
        # A year ahead distinguishes a month that is missing from returns that have stopped.
        "core.monthly_returns": Window(back=1, ahead=1, among=MEMBERS_LINES),
        "core.return_doubts": Window(back=1),
        "raw.prices": Window(back=1, among=MEMBERS_LINES),
        "raw.constituents": Window(back=1),
        "raw.securities": SAME_YEAR,
    },
    "marts.treated_experiment": {
        "marts.experiment_returns": SAME_YEAR,
        "marts.treated_experiment_returns": SAME_YEAR,
        "core.factors_monthly": SAME_YEAR,
    },
    "marts.statement_lenses": {
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.trailing_as_of": SAME_YEAR,
        "core.annual_fundamentals": VISIBLE,
        "core.annual_metrics": VISIBLE,
        "core.filter_evaluations": SAME_YEAR,
    },
    "marts.screen_changes": {
        "marts.funnel_outcomes": Window(back=1),
        "core.filter_evaluations": Window(back=1),
        "core.metrics_as_of": Window(back=1),
        "core.trailing_as_of": Window(back=1),
    },
    "marts.footing_medians": {
        "core.metrics_as_of": SAME_YEAR,
        "core.trailing_as_of": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
    },
    "marts.debt_between_reports": {
        # The date before a year's first.
        "core.members": Window(back=1),
        # A spell begins with a quarter, at most a stale limit before.
        "core.trailing_metrics": LATEST,
        "core.annual_metrics": Window(back=3, among=MEMBERS),
        "core.metrics_as_of": SAME_YEAR,
        "core.trailing_as_of": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
    },
    "marts.published_candidates": {
        "core.watched_names": SAME_YEAR,
        "core.members": SAME_YEAR,
        "core.metrics_as_of": SAME_YEAR,
        "core.watched_metrics": SAME_YEAR,
        "core.filter_evaluations": SAME_YEAR,
        "marts.watched_outcomes": SAME_YEAR,
    },
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
    "marts.quintile_outcomes": {
        # Twenty-one months back.
        "marts.quality_scores": Window(back=2),
        "core.members": Window(back=2),
        "core.annual_metrics": Window(back=2, among=MEMBERS),
        "marts.index_changes": Window(back=2),
        # The last twelve months of a line that stopped soon after formation.
        "raw.prices": Window(back=3, among=MEMBERS_LINES),
        "raw.securities": SAME_YEAR,
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
    "marts.study_comparison": {
        "marts.quality_summary": SAME_YEAR,
        "marts.quality_scores": SAME_YEAR,
        "marts.index_profile": SAME_YEAR,
        "marts.index_holdings": SAME_YEAR,
        "marts.benchmark_panel": Window(among=PROFILED_DATES),
    },
    "marts.study_regression": {"marts.factor_regressions": SAME_YEAR, "core.book_lines": SAME_YEAR},
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
    "marts.resolved_shares": {"core.members": SAME_YEAR},
    "marts.metric_differences": {"raw.vendor_metrics": SAME_YEAR, "core.annual_metrics": Window(back=3)},
}
"""For each mart what it reads, each after those that it reads."""
