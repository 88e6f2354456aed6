"""The rules of inputs: which rows are refused and which are flagged, validated; values are in sanity.toml."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.plausibility import PlausibilityRules


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
