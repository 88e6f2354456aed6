"""The marts: what analysts read; one asset per table."""

from smallcap.assets.marts.books.alpha_family import alpha_family
from smallcap.assets.marts.books.book_comparisons import book_comparisons
from smallcap.assets.marts.books.book_holdings import book_holdings
from smallcap.assets.marts.books.book_inference import book_inference
from smallcap.assets.marts.books.book_returns import book_returns
from smallcap.assets.marts.books.book_validations import book_validations
from smallcap.assets.marts.books.deflated_sharpe import deflated_sharpe
from smallcap.assets.marts.books.factor_regressions import factor_regressions
from smallcap.assets.marts.books.hindsight_gap import hindsight_gap
from smallcap.assets.marts.books.stock_factor_loadings import stock_factor_loadings
from smallcap.assets.marts.books.treated_book_returns import treated_book_returns
from smallcap.assets.marts.books.treated_hindsight import treated_hindsight
from smallcap.assets.marts.books.vintage_sensitivity import vintage_sensitivity
from smallcap.assets.marts.funnel.debt_between_reports import debt_between_reports
from smallcap.assets.marts.funnel.footing_medians import footing_medians
from smallcap.assets.marts.funnel.funnel_outcomes import funnel_outcomes
from smallcap.assets.marts.funnel.funnel_summary import funnel_summary
from smallcap.assets.marts.funnel.screen_changes import screen_changes
from smallcap.assets.marts.funnel.statement_lenses import statement_lenses
from smallcap.assets.marts.index.benchmark_panel import benchmark_panel
from smallcap.assets.marts.index.experiment_returns import experiment_returns
from smallcap.assets.marts.index.index_changes import index_changes
from smallcap.assets.marts.index.index_comparison import index_comparison
from smallcap.assets.marts.index.index_eligibility import index_eligibility
from smallcap.assets.marts.index.index_holdings import index_holdings
from smallcap.assets.marts.index.index_profile import index_profile
from smallcap.assets.marts.index.index_sectors import index_sectors
from smallcap.assets.marts.index.profitability_experiment import profitability_experiment
from smallcap.assets.marts.index.reconstitution_effects import reconstitution_effects
from smallcap.assets.marts.index.reconstitution_events import reconstitution_events
from smallcap.assets.marts.index.reconstitution_pooled import reconstitution_pooled
from smallcap.assets.marts.index.resolved_shares import resolved_shares
from smallcap.assets.marts.index.thesis_checks import thesis_checks
from smallcap.assets.marts.index.treated_experiment import treated_experiment
from smallcap.assets.marts.index.treated_experiment_returns import treated_experiment_returns
from smallcap.assets.marts.quality.coverage import coverage
from smallcap.assets.marts.quality.metric_differences import metric_differences
from smallcap.assets.marts.quality.quality_agreement import quality_agreement
from smallcap.assets.marts.quality.quality_alternatives import quality_alternatives
from smallcap.assets.marts.quality.quality_scores import quality_scores
from smallcap.assets.marts.quality.quality_summary import quality_summary
from smallcap.assets.marts.quality.quintile_outcomes import quintile_outcomes
from smallcap.assets.marts.quality.quintile_performance import quintile_performance
from smallcap.assets.marts.quality.quintile_returns import quintile_returns
from smallcap.assets.marts.quality.treated_quintile_returns import treated_quintile_returns
from smallcap.assets.marts.quality.treated_quintiles import treated_quintiles
from smallcap.assets.marts.watched.published_candidates import published_candidates
from smallcap.assets.marts.watched.study_comparison import study_comparison
from smallcap.assets.marts.watched.study_regression import study_regression
from smallcap.assets.marts.watched.watched_lenses import watched_lenses
from smallcap.assets.marts.watched.watched_outcomes import watched_outcomes
from smallcap.assets.marts.watched.watched_scores import watched_scores

__all__ = [
    "alpha_family",
    "benchmark_panel",
    "book_comparisons",
    "book_holdings",
    "book_inference",
    "book_returns",
    "book_validations",
    "coverage",
    "debt_between_reports",
    "deflated_sharpe",
    "experiment_returns",
    "factor_regressions",
    "footing_medians",
    "funnel_outcomes",
    "funnel_summary",
    "hindsight_gap",
    "index_changes",
    "index_comparison",
    "index_eligibility",
    "index_holdings",
    "index_profile",
    "index_sectors",
    "metric_differences",
    "profitability_experiment",
    "published_candidates",
    "quality_agreement",
    "quality_alternatives",
    "quality_scores",
    "quality_summary",
    "quintile_outcomes",
    "quintile_performance",
    "quintile_returns",
    "reconstitution_effects",
    "reconstitution_events",
    "reconstitution_pooled",
    "resolved_shares",
    "screen_changes",
    "statement_lenses",
    "stock_factor_loadings",
    "study_comparison",
    "study_regression",
    "thesis_checks",
    "treated_book_returns",
    "treated_experiment",
    "treated_experiment_returns",
    "treated_hindsight",
    "treated_quintile_returns",
    "treated_quintiles",
    "vintage_sensitivity",
    "watched_lenses",
    "watched_outcomes",
    "watched_scores",
]
