"""The core layer: typed, checked, resolved; one asset per table."""

from assets.core.annual_fundamentals import annual_fundamentals
from assets.core.annual_metrics import annual_metrics
from assets.core.filter_evaluations import filter_evaluations
from assets.core.members import members
from assets.core.metrics_as_of import metrics_as_of

__all__ = ["annual_fundamentals", "annual_metrics", "filter_evaluations", "members", "metrics_as_of"]
