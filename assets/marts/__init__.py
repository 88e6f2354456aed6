"""The marts: what analysts read; one asset per table."""

from assets.marts.book_comparisons import book_comparisons
from assets.marts.book_holdings import book_holdings
from assets.marts.book_returns import book_returns
from assets.marts.book_validations import book_validations
from assets.marts.coverage import coverage
from assets.marts.experiment_returns import experiment_returns
from assets.marts.factor_regressions import factor_regressions
from assets.marts.funnel_outcomes import funnel_outcomes
from assets.marts.funnel_summary import funnel_summary
from assets.marts.hindsight_gap import hindsight_gap
from assets.marts.index_changes import index_changes
from assets.marts.index_eligibility import index_eligibility
from assets.marts.index_holdings import index_holdings
from assets.marts.index_profile import index_profile
from assets.marts.index_sectors import index_sectors
from assets.marts.metric_differences import metric_differences
from assets.marts.profitability_experiment import profitability_experiment
from assets.marts.quality_scores import quality_scores
from assets.marts.quality_summary import quality_summary
from assets.marts.reconstitution_effects import reconstitution_effects
from assets.marts.screen_changes import screen_changes
from assets.marts.statement_lenses import statement_lenses
from assets.marts.stock_factor_loadings import stock_factor_loadings
from assets.marts.vintage_sensitivity import vintage_sensitivity

__all__ = [
    "book_comparisons",
    "book_holdings",
    "book_returns",
    "book_validations",
    "coverage",
    "experiment_returns",
    "factor_regressions",
    "funnel_outcomes",
    "funnel_summary",
    "hindsight_gap",
    "index_changes",
    "index_eligibility",
    "index_holdings",
    "index_profile",
    "index_sectors",
    "metric_differences",
    "profitability_experiment",
    "quality_scores",
    "quality_summary",
    "reconstitution_effects",
    "screen_changes",
    "statement_lenses",
    "stock_factor_loadings",
    "vintage_sensitivity",
]
