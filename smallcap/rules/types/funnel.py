"""The rule sets of the filters and lenses as typed objects; values are in data/reference/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.metrics import DayRange, YearsRules

MEAN: Final = "mean"
UNIVERSE_PERCENTILE: Final = "universe_percentile"
FIXED: Final = "fixed"
AccrualsLimit = Literal["universe_percentile", "fixed"]


def _not_negative(values: object, *names: str) -> None:
    for name in names:
        require(getattr(values, name) >= 0, name, f"must not be negative, got {getattr(values, name)}")


def _share(values: object, *names: str) -> None:
    for name in names:
        require(0 <= getattr(values, name) <= 1, name, f"must be in [0, 1], got {getattr(values, name)}")


@dataclass(frozen=True)
class Limit(Record):
    """An upper limit on a ratio.

    Attributes
    ----------
    limit
        The limit.
    is_limit_allowed
        Whether a value equal to the limit passes.
    borderline_from
        A pass at or above this value is borderline.
    """

    limit: float
    is_limit_allowed: bool
    borderline_from: float

    def __post_init__(self) -> None:
        """Refuse a borderline above the limit."""
        is_inside = 0 <= self.borderline_from <= self.limit
        require(
            is_inside, "borderline_from", f"must be in [0, limit] ({self.limit}), got {self.borderline_from}"
        )

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Whether a value is within the limit; null if unknown."""
        return value <= self.limit if self.is_limit_allowed else value < self.limit

    def is_borderline(self, value: pl.Expr) -> pl.Expr:
        """Whether a value is close to the limit or beyond it."""
        return value >= self.borderline_from


@dataclass(frozen=True)
class ShariahRules(RuleSet):
    """The financial ratio screens of one standard.

    Attributes
    ----------
    effective_from
        First day of the standard in this wording; information only, it is applied to earlier dates too.
    denominator
        spot: the market value at as_of; mean: its mean over `mean_months`, of which at least `least_months`
        must be known.
    leases
        How the standard treats leases: as_reported, excluded or included.
    debt, income
        Interest-bearing debt over the denominator; non-permissible income over revenue.
    cash
        Cash and short-term investments over the denominator; None if the standard has no such limit.
    """

    effective_from: dt.date
    denominator: Literal["spot", "mean"]
    mean_months: int
    least_months: int
    leases: Literal["as_reported", "excluded", "included"]
    debt: Limit
    income: Limit
    cash: Limit | None = None

    def __post_init__(self) -> None:
        """Refuse an empty window."""
        is_inside = 1 <= self.least_months <= self.mean_months
        require(
            is_inside,
            "least_months",
            f"must be 1 to mean_months ({self.mean_months}), got {self.least_months}",
        )


@dataclass(frozen=True)
class ShariahStandards(RuleSet):
    """The standards of data/reference/shariah.toml by name."""

    standards: dict[str, ShariahRules]

    def __post_init__(self) -> None:
        """Refuse a standard whose name differs from its key."""
        for key, rules in self.standards.items():
            require(
                rules.name == key,
                ("standards", key, "name"),
                f"must be '{key}' as in [standards.{key}], got '{rules.name}'",
            )

    def named(self, name: str) -> ShariahRules:
        """Find a standard by its name.

        Raises
        ------
        InputError
            When there is no such standard; the message lists the available ones.
        """
        if name not in self.standards:
            raise InputError(
                f"setting 'shariah_standard': there is no standard '{name}'; the standards are: "
                f"{', '.join(self.standards)}"
            )
        return self.standards[name]


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
        _not_negative(
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
        _share(self, "accruals_percentile")
        _not_negative(
            self, "most_years_without_free_cash_flow", "operating_cash_flow_borderline", "accruals_borderline"
        )
        _not_negative(self, "cash_conversion_borderline")


@dataclass(frozen=True)
class ValueRules(Record):
    """Rules of filter 6: the quantile, and the share of the limit within which a pass is borderline."""

    quantile: float
    borderline: float

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1."""
        _share(self, "quantile", "borderline")


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
        _not_negative(self, "interest_income_spread")

    def alternative(self, name: str) -> FunnelRules:
        """Return the alternative rule set of that name; rows carry its name.

        Raises
        ------
        KeyError
            When there is no such alternative.
        """
        cash_flow = dataclasses.replace(self.cash_flow, accruals_limit=self.alternatives[name].accruals_limit)
        return dataclasses.replace(self, name=name, cash_flow=cash_flow)


@dataclass(frozen=True)
class Tolerance(Record):
    """Allowed distance of two figures: the greater of `absolute` and `relative` x our value."""

    absolute: float
    relative: float

    def __post_init__(self) -> None:
        """Refuse negative distances."""
        _not_negative(self, "absolute", "relative")


@dataclass(frozen=True)
class Tolerances(Record):
    """The tolerance of each ratio that a vendor serves."""

    roe: Tolerance
    debt_to_assets: Tolerance
    fcf_margin: Tolerance
    interest_coverage: Tolerance
    altman_z_score: Tolerance


@dataclass(frozen=True)
class ReconciliationRules(RuleSet):
    """When a vendor's ratio and ours agree, and the share of differing rows above which to warn."""

    most_differing_share: float
    tolerances: Tolerances

    def __post_init__(self) -> None:
        """Refuse a share outside 0 to 1."""
        _share(self, "most_differing_share")
