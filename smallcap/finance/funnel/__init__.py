"""The seven filters of the value book and the three lenses, as pure functions of data and thresholds.

The filters are documented in docs/methods/filters.md, the lenses in docs/methods/lenses.md.
"""

from smallcap.finance.funnel.changes import screen_changes
from smallcap.finance.funnel.evaluation import evaluate_filters
from smallcap.finance.funnel.factor_validation import factor_validation
from smallcap.finance.funnel.lenses import statement_lenses
from smallcap.finance.funnel.outcomes import funnel_outcomes
from smallcap.finance.funnel.reconciliation import metric_differences, reconciliation_warnings
from smallcap.finance.funnel.summary import funnel_summary
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.reconciliation import ReconciliationRules
from smallcap.rules.types.shariah import ShariahRules, ShariahStandards

__all__ = [
    "BusinessRules",
    "FunnelRules",
    "ReconciliationRules",
    "ShariahRules",
    "ShariahStandards",
    "evaluate_filters",
    "factor_validation",
    "funnel_outcomes",
    "funnel_summary",
    "metric_differences",
    "reconciliation_warnings",
    "screen_changes",
    "statement_lenses",
]
