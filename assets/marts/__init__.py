"""The marts: what analysts read; one asset per table."""

from assets.marts.coverage import coverage
from assets.marts.funnel_outcomes import funnel_outcomes
from assets.marts.funnel_summary import funnel_summary
from assets.marts.metric_differences import metric_differences
from assets.marts.quality_scores import quality_scores
from assets.marts.quality_summary import quality_summary
from assets.marts.screen_changes import screen_changes
from assets.marts.statement_lenses import statement_lenses

__all__ = [
    "coverage",
    "funnel_outcomes",
    "funnel_summary",
    "metric_differences",
    "quality_scores",
    "quality_summary",
    "screen_changes",
    "statement_lenses",
]
