"""The rule set of filters 3 to 6 and of the lenses as typed objects; values are in funnel.toml."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Final, Literal

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.limits import Limit, require_not_negative, require_share
from smallcap.rules.types.metrics import YearsRules

MEAN: Final = "mean"
UNIVERSE_PERCENTILE: Final = "universe_percentile"
FIXED: Final = "fixed"
AccrualsLimit = Literal["universe_percentile", "fixed"]


@dataclass(frozen=True)
class UniverseRules(Record):
    """Minimum number of companies for a median or percentile."""

    least_members: int

    def __post_init__(self) -> None:
        """Refuse an empty universe."""
        require(self.least_members >= 1, "least_members", f"must be at least 1, got {self.least_members}")


@dataclass(frozen=True)
class BalanceSheetRules(Record):
    """Rules of filter 3."""

    debt_to_equity: Limit


@dataclass(frozen=True)
class IncomeRules(Record):
    """Rules of filter 4; the borderlines are distances to a rule's threshold."""

    least_margin_slope: float
    least_cash_backing: float
    most_unbacked_years: int
    net_margin_borderline: float
    growth_borderline: float
    slope_borderline: float
    operating_margin_borderline: float
    cash_backing_borderline: float

    def __post_init__(self) -> None:
        """Refuse negative counts and distances."""
        require_not_negative(
            self, *(name.name for name in dataclasses.fields(self) if name.name != "least_margin_slope")
        )


@dataclass(frozen=True)
class CashFlowRules(Record):
    """Rules of filter 5; the borderlines are distances to a rule's threshold.

    `accruals_percentile` applies to both forms of accruals, `accruals_fixed` and `accruals_borderline` to the
    cash-flow form, depending on `accruals_limit`.
    """

    most_years_without_free_cash_flow: int
    least_cash_conversion: float
    accruals_limit: AccrualsLimit
    accruals_percentile: float
    accruals_fixed: float
    operating_cash_flow_borderline: float
    accruals_borderline: float
    cash_conversion_borderline: float

    def __post_init__(self) -> None:
        """Refuse negative counts and distances."""
        require_share(self, "accruals_percentile")
        require_not_negative(
            self, "most_years_without_free_cash_flow", "operating_cash_flow_borderline", "accruals_borderline"
        )
        require_not_negative(self, "cash_conversion_borderline")


@dataclass(frozen=True)
class ValueRules(Record):
    """Rules of filter 6: the quantile, and the share of the limit within which a pass is borderline."""

    quantile: float
    borderline: float

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1."""
        require_share(self, "quantile", "borderline")


@dataclass(frozen=True)
class LensRules(Record):
    """The numbers in the eighteen preferences; `most_revenue_falls` is a number of years."""

    debt_to_equity: float
    current_ratio: float
    interest_coverage: float
    net_cash_to_assets: float
    altman_z: float
    goodwill_to_assets: float
    margin_slope: float
    operating_margin: float
    roe: float
    most_revenue_falls: int
    unusual_items_share: float
    cash_conversion: float
    capex_intensity: float
    share_count_change: float


@dataclass(frozen=True)
class Alternative(Record):
    """The values in which an alternative rule set differs."""

    accruals_limit: AccrualsLimit


@dataclass(frozen=True)
class FunnelRules(RuleSet):
    """A named version of the thresholds of filters 3 to 6 and of the lenses."""

    interest_income_spread: float
    history: YearsRules
    prior_year: DayRange
    universe: UniverseRules
    balance_sheet: BalanceSheetRules
    income: IncomeRules
    cash_flow: CashFlowRules
    value: ValueRules
    lenses: LensRules
    alternatives: dict[str, Alternative] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a negative spread."""
        require_not_negative(self, "interest_income_spread")

    def alternative(self, name: str) -> FunnelRules:
        """Return the alternative rule set of that name; rows carry its name.

        Raises
        ------
        KeyError
            When there is no such alternative.
        """
        cash_flow = dataclasses.replace(self.cash_flow, accruals_limit=self.alternatives[name].accruals_limit)
        return dataclasses.replace(self, name=name, cash_flow=cash_flow)
