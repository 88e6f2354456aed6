"""The rules of metrics, validated; values are in metrics.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.footing import (
    FootingRules,
    HoldingRatioRules,
    HoldingSplitRules,
)


@dataclass(frozen=True)
class VisibilityRules(Record):
    """A figure without a filing date counts as known `assumed_lag_days` after period_end."""

    assumed_lag_days: int

    def __post_init__(self) -> None:
        require(
            self.assumed_lag_days >= 1, "assumed_lag_days", f"must be at least 1, got {self.assumed_lag_days}"
        )


@dataclass(frozen=True)
class DebtRules(Record):
    """When blank debt is none.

    Attributes
    ----------
    max_interest_to_liabilities
        Net interest above this share of total liabilities contradicts two blank parts.
    least_explained_liabilities
        Share of total liabilities that known items have to explain for a single blank part to be none.
    max_unexplained_to_equity
        Share of equity that the rest may not exceed.
    """

    max_interest_to_liabilities: float
    least_explained_liabilities: float
    max_unexplained_to_equity: float

    def __post_init__(self) -> None:
        for name in (
            "max_interest_to_liabilities",
            "least_explained_liabilities",
            "max_unexplained_to_equity",
        ):
            share = getattr(self, name)
            require(0 <= share <= 1, name, f"must be in [0, 1], got {share}")


@dataclass(frozen=True)
class YearsRules(Record):
    """Maximum (`years`) and minimum (`min_years`) number of consecutive fiscal years."""

    years: int
    min_years: int

    def __post_init__(self) -> None:
        require(1 <= self.years <= 10, "years", f"must be 1 to 10, got {self.years}")
        require(
            1 <= self.min_years <= self.years, "min_years", f"must be 1 to {self.years}, got {self.min_years}"
        )


@dataclass(frozen=True)
class ZoneRules(Record):
    """Zones of an Altman score: distress below the first bound, safe above the second, otherwise grey."""

    distress_below: float
    safe_above: float

    def __post_init__(self) -> None:
        require(
            self.distress_below <= self.safe_above,
            "safe_above",
            f"must not be below distress_below ({self.distress_below}), got {self.safe_above}",
        )


@dataclass(frozen=True)
class PriceRules(Record):
    """A price older than `max_age_days` at as_of is not used."""

    max_age_days: int

    def __post_init__(self) -> None:
        require(self.max_age_days >= 0, "max_age_days", f"must not be negative, got {self.max_age_days}")


@dataclass(frozen=True)
class TickerRules(Record):
    """A usable ticker has at most `max_letters` letters once separators are stripped."""

    max_letters: int

    def __post_init__(self) -> None:
        require(1 <= self.max_letters <= 10, "max_letters", f"must be 1 to 10, got {self.max_letters}")


@dataclass(frozen=True)
class MetricsRules(RuleSet):
    """Thresholds of the metrics, of membership and of market values (docs/methods/metrics.md)."""

    visibility: VisibilityRules
    prior_year: DayRange
    debt: DebtRules
    cash_conversion: YearsRules
    altman_z: ZoneRules
    altman_z_double_prime: ZoneRules
    price: PriceRules
    holding_ratio: HoldingRatioRules
    footing: FootingRules
    holding_split: HoldingSplitRules
    ticker: TickerRules
