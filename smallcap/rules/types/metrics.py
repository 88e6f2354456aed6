"""The rules of inputs and metrics, validated; values are in sanity.toml and metrics.toml."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.footing import (
    FootingRules,
    HoldingRatioRules,
    HoldingSplitRules,
    PlausibilityRules,
)


@dataclass(frozen=True)
class DayRange(Record):
    """Minimum and maximum number of days, both included."""

    min_days: int
    max_days: int

    def __post_init__(self) -> None:
        require(self.min_days > 0, "min_days", f"must be positive, got {self.min_days}")
        require(
            self.min_days <= self.max_days,
            "max_days",
            f"must not be below min_days ({self.min_days}), got {self.max_days}",
        )


@dataclass(frozen=True)
class ScaleRules(Record):
    """When a difference between a figure and earlier years indicates a wrong unit.

    Attributes
    ----------
    jump
        Multiple, up or down, at or above which a change counts as a jump.
    years_back
        Earlier fiscal years that are compared.
    least_years
        Earlier years needed for a money field that the rest of its row neither confirms nor contradicts.
    record_fields, record_share
        Number of comparable money fields, and the share of them above which the row as a whole is suspect.
    """

    jump: float
    years_back: int
    least_years: int
    record_fields: int
    record_share: float

    def __post_init__(self) -> None:
        require(self.jump > 1, "jump", f"must be above 1, got {self.jump}")
        require(1 <= self.years_back <= 10, "years_back", f"must be 1 to 10, got {self.years_back}")
        require(self.least_years >= 1, "least_years", f"must be at least 1, got {self.least_years}")
        require(self.record_fields >= 1, "record_fields", f"must be at least 1, got {self.record_fields}")
        require(0 < self.record_share < 1, "record_share", f"must be in (0, 1), got {self.record_share}")


@dataclass(frozen=True)
class AmendmentRules(Record):
    """A debt part within `total_tolerance` of the total debt of the version before is that total."""

    total_tolerance: float

    def __post_init__(self) -> None:
        share = self.total_tolerance
        require(0 <= share < 1, "total_tolerance", f"must be in [0, 1), got {share}")


@dataclass(frozen=True)
class DateRules(Record):
    """Plausible dates: from `first_day` to `max_days_ahead` days after the day of the run."""

    first_day: dt.date
    max_days_ahead: int

    def __post_init__(self) -> None:
        require(
            self.max_days_ahead >= 0, "max_days_ahead", f"must not be negative, got {self.max_days_ahead}"
        )


@dataclass(frozen=True)
class ClockRules(Record):
    """How far a table of dated rows reaches.

    Attributes
    ----------
    max_gap_days
        Dates after a longer gap than this need support.
    min_share
        Share of the table's companies or lines that must have a date after the gap.
    """

    max_gap_days: int
    min_share: float

    def __post_init__(self) -> None:
        require(self.max_gap_days >= 1, "max_gap_days", f"must be at least 1, got {self.max_gap_days}")
        require(0 <= self.min_share <= 1, "min_share", f"must be in [0, 1], got {self.min_share}")


@dataclass(frozen=True)
class DifferenceRules(Record):
    """How far a newer version of a figure that is subtracted may differ.

    Attributes
    ----------
    mixed_above
        A difference is flagged where the newer version differs by more than this share.
    null_above
        It is unknown where the newer version differs by more than this share.
    """

    mixed_above: float
    null_above: float

    def __post_init__(self) -> None:
        require(0 <= self.mixed_above < 1, "mixed_above", f"must be in [0, 1), got {self.mixed_above}")
        require(
            self.mixed_above <= self.null_above < 1,
            "null_above",
            f"must be in [mixed_above, 1) with mixed_above {self.mixed_above}, got {self.null_above}",
        )


@dataclass(frozen=True)
class SanityRules(RuleSet):
    """Which rows are refused and which are flagged (docs/methods/sanity.md)."""

    currency: str
    max_net_income_to_assets: float
    dates: DateRules
    clock: ClockRules
    period: DayRange
    quarter: DayRange
    difference: DifferenceRules
    prior_year: DayRange
    scale: ScaleRules
    amendment: AmendmentRules
    plausibility: PlausibilityRules

    def __post_init__(self) -> None:
        require(
            self.max_net_income_to_assets > 0,
            "max_net_income_to_assets",
            f"must be positive, got {self.max_net_income_to_assets}",
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
