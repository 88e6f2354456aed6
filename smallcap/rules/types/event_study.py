"""The rules of the event study, validated; values are in data/reference/event_study.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.base import RuleSet, require

MAX_MONTHS: Final = 12
FEWEST_LOADING_MONTHS: Final = 12
"""With five factors and a constant, fewer months leave hardly a degree of freedom."""


@dataclass(frozen=True)
class EventStudyRules(RuleSet):
    """Rules of data/reference/event_study.toml.

    Attributes
    ----------
    months_before, months_after
        Whole months measured before the rank day, and after the month of the effective day.
    max_days_between_lists
        Maximum days between the lists before and after the event.
    loading_months, least_loading_months
        Most and fewest months of a regression for loadings.
    failed_price_usd, failed_return
        Last price, and return of the last twelve months, below which a company that stopped has failed.
    least_index_weight
        Share of the index's weight with a return below which its return is that of survivors.
    least_events
        Fewest events of an estimate.
    confidence
        Confidence level of its interval.
    """

    months_before: int
    months_after: int
    max_days_between_lists: int
    loading_months: int
    least_loading_months: int
    failed_price_usd: float
    failed_return: float
    least_index_weight: float
    least_events: int
    confidence: float

    def __post_init__(self) -> None:
        for name in ("months_before", "months_after"):
            months = getattr(self, name)
            require(1 <= months <= MAX_MONTHS, name, f"must be 1 to {MAX_MONTHS}, got {months}")
        require(
            self.max_days_between_lists >= 1,
            "max_days_between_lists",
            f"must be at least 1, got {self.max_days_between_lists}",
        )
        require(
            self.least_loading_months >= FEWEST_LOADING_MONTHS,
            "least_loading_months",
            f"must be at least {FEWEST_LOADING_MONTHS}, got {self.least_loading_months}",
        )
        require(
            self.loading_months >= self.least_loading_months,
            "loading_months",
            f"must be at least least_loading_months, got {self.loading_months}",
        )
        require(
            self.failed_price_usd > 0, "failed_price_usd", f"must be positive, got {self.failed_price_usd}"
        )
        require(
            -1 < self.failed_return < 0,
            "failed_return",
            f"must be between -1 and 0, got {self.failed_return}",
        )
        require(
            0 < self.least_index_weight <= 1,
            "least_index_weight",
            f"must be above 0 and at most 1, got {self.least_index_weight}",
        )
        require(self.least_events >= 2, "least_events", f"must be at least 2, got {self.least_events}")
        require(0 < self.confidence < 1, "confidence", f"must be between 0 and 1, got {self.confidence}")
