"""The rules of the profitability experiment: data/reference/experiment.toml and cap_ranges.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from smallcap.rules.types.base import Day, Row, RuleSet, require
from smallcap.rules.types.factors import MONTHS_A_YEAR

FEWEST_JUNES: Final = 2
"""With fewer than two Junes there is no rebalance."""

CAP_RANGES_FILE: Final = "cap_ranges.csv"


@dataclass(frozen=True, kw_only=True)
class CapRange(Row):
    """A range of market values that an index asks of a company at its entry.

    Attributes
    ----------
    first_day
        First day on which it applies, until the next range begins.
    lowest_usd, highest_usd
        The range, both included.
    source
        Where it comes from, and what is not known of it.
    """

    first_day: Day
    lowest_usd: float
    highest_usd: float
    source: str

    def __post_init__(self) -> None:
        require(self.lowest_usd > 0, "lowest_usd", f"must be above zero, got {self.lowest_usd:g}")
        require(
            self.highest_usd > self.lowest_usd,
            "highest_usd",
            f"({self.highest_usd:g}) is not above 'lowest_usd' ({self.lowest_usd:g})",
        )

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second range of the same day."""
        is_new = all(one.first_day != self.first_day for one in earlier)
        require(is_new, "first_day", f"({self.first_day}) has a range already")


@dataclass(frozen=True)
class ExperimentRules(RuleSet):
    """Rules of data/reference/experiment.toml.

    Attributes
    ----------
    costs_basis_points
        Cost levels, in basis points of one-way turnover.
    least_junes
        Minimum number of Junes with a known membership for an estimate.
    least_months
        Minimum number of months with a return for an estimate.
    confidence
        Confidence level of the intervals.
    """

    costs_basis_points: tuple[int, ...]
    least_junes: int
    least_months: int
    confidence: float

    def __post_init__(self) -> None:
        costs = list(self.costs_basis_points)
        is_distinct = bool(costs) and len(set(costs)) == len(costs)
        require(is_distinct, "costs_basis_points", f"must list distinct levels, got {costs}")
        is_in_range = all(0 <= cost < 10_000 for cost in costs)
        require(is_in_range, "costs_basis_points", f"must be 0 to 9999, got {costs}")
        require(
            self.least_junes >= FEWEST_JUNES,
            "least_junes",
            f"must be at least {FEWEST_JUNES}, got {self.least_junes}",
        )
        require(
            self.least_months >= MONTHS_A_YEAR,
            "least_months",
            f"must be at least {MONTHS_A_YEAR}: shorter periods are not annualised, got {self.least_months}",
        )
        require(0 < self.confidence < 1, "confidence", f"must be between 0 and 1, got {self.confidence}")
