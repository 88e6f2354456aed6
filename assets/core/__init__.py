"""The core layer: typed, checked, resolved; one asset per table."""

from smallcap.assets.core.annual_fundamentals import annual_fundamentals
from smallcap.assets.core.annual_metrics import annual_metrics
from smallcap.assets.core.book_lines import book_lines
from smallcap.assets.core.books import books
from smallcap.assets.core.factors_monthly import factors_monthly
from smallcap.assets.core.filter_evaluations import filter_evaluations
from smallcap.assets.core.members import members
from smallcap.assets.core.metrics_as_of import metrics_as_of
from smallcap.assets.core.monthly_returns import monthly_returns
from smallcap.assets.core.quarterly_fundamentals import quarterly_fundamentals
from smallcap.assets.core.return_doubts import return_doubts
from smallcap.assets.core.watched_metrics import watched_metrics
from smallcap.assets.core.watched_names import watched_names

__all__ = [
    "annual_fundamentals",
    "annual_metrics",
    "book_lines",
    "books",
    "factors_monthly",
    "filter_evaluations",
    "members",
    "metrics_as_of",
    "monthly_returns",
    "quarterly_fundamentals",
    "return_doubts",
    "watched_metrics",
    "watched_names",
]
