"""The rules of quintile portfolios, of later outcomes and of other definitions of quality, validated.

Values are in data/reference/quintiles.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.factors import MONTHS_A_YEAR

HOLDINGS: Final = (1, 12)
"""Months that a portfolio can be held: those of a month's end, and those of June's end."""
BASIS_POINTS: Final = 10_000


@dataclass(frozen=True)
class OutcomeRules(Record):
    """When the outcome of a quintile is known, and which ended lines failed.

    Attributes
    ----------
    least_months_to_period_end
        The outcome year is the first fiscal year that ends at least so many months after as_of.
    judged_after_months
        Months after as_of at which it is judged.
    failed_price_usd, failed_return
        A line whose returns ended failed if its last price is below the first, or if its last twelve months
        returned less than the second.
    """

    least_months_to_period_end: int
    judged_after_months: int
    failed_price_usd: float
    failed_return: float

    def __post_init__(self) -> None:
        least, judged = self.least_months_to_period_end, self.judged_after_months
        require(least > 0, "least_months_to_period_end", f"must be positive, got {least}")
        require(
            judged >= least + MONTHS_A_YEAR,
            "judged_after_months",
            f"must be at least {MONTHS_A_YEAR} above least_months_to_period_end ({least}): the outcome year "
            f"of some companies ends a year after it; got {judged}",
        )
        require(
            self.failed_price_usd > 0, "failed_price_usd", f"must be positive, got {self.failed_price_usd}"
        )
        require(-1 < self.failed_return < 0, "failed_return", f"must be -1 to 0, got {self.failed_return}")


@dataclass(frozen=True)
class AlternativeRules(Record):
    """Minimum numbers of the other definitions of quality.

    Attributes
    ----------
    least_names
        Minimum number of companies that are ranked among themselves.
    most_years, least_years
        Fiscal years before the visible one that a growth or a stability reaches back: at most, and at least.
    least_items_share
        Share of a component's items that must be known.
    """

    least_names: int
    most_years: int
    least_years: int
    least_items_share: float

    def __post_init__(self) -> None:
        require(self.least_names > 1, "least_names", f"must be above 1, got {self.least_names}")
        require(self.least_years > 1, "least_years", f"must be above 1, got {self.least_years}")
        require(
            self.most_years >= self.least_years,
            "most_years",
            f"must not be below least_years ({self.least_years}), got {self.most_years}",
        )
        share = self.least_items_share
        require(0 < share <= 1, "least_items_share", f"must be above 0 and at most 1, got {share}")


@dataclass(frozen=True)
class QuintileRules(RuleSet):
    """Rules of data/reference/quintiles.toml.

    Attributes
    ----------
    holding_months
        How long portfolios are held: 1, 12, or both.
    costs_basis_points
        Cost levels, in basis points of the value bought or sold.
    least_months, least_names
        Minimum number of months of a series, and of companies in a quintile at its formation.
    least_sector_names
        Minimum number of scored companies of a sector for quintiles within it.
    most_weight_without_return
        Share of the weight without a return above which a month is labelled.
    confidence
        Confidence level of the intervals.
    outcomes, alternatives
        Rules of later outcomes, and of other definitions of quality.
    """

    holding_months: tuple[int, ...]
    costs_basis_points: tuple[int, ...]
    least_months: int
    least_names: int
    least_sector_names: int
    most_weight_without_return: float
    confidence: float
    outcomes: OutcomeRules
    alternatives: AlternativeRules

    def __post_init__(self) -> None:
        holdings, costs = self.holding_months, self.costs_basis_points
        is_known = bool(holdings) and set(holdings) <= set(HOLDINGS) and len(set(holdings)) == len(holdings)
        require(is_known, "holding_months", f"must be 1, 12 or both, got {list(holdings)}")
        is_distinct = bool(costs) and len(set(costs)) == len(costs)
        require(is_distinct, "costs_basis_points", f"must list distinct levels, got {list(costs)}")
        is_inside = all(0 <= cost < BASIS_POINTS for cost in costs)
        require(is_inside, "costs_basis_points", f"must be 0 to {BASIS_POINTS - 1}, got {list(costs)}")
        for name in ("least_names", "least_sector_names"):
            require(getattr(self, name) > 0, name, f"must be positive, got {getattr(self, name)}")
        require(
            self.least_months >= MONTHS_A_YEAR,
            "least_months",
            f"must be at least {MONTHS_A_YEAR}: shorter periods are not annualised, got {self.least_months}",
        )
        for name in ("most_weight_without_return", "confidence"):
            value = getattr(self, name)
            require(0 < value < 1, name, f"must be between 0 and 1, got {value}")
