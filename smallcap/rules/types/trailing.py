"""The rules of trailing twelve months, validated; values are in trailing.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.metrics import DayRange


@dataclass(frozen=True)
class StartRules(Record):
    """A fiscal year begins within `tolerance_days` of the day after the year before ended."""

    tolerance_days: int

    def __post_init__(self) -> None:
        require(
            self.tolerance_days >= 0, "tolerance_days", f"must not be negative, got {self.tolerance_days}"
        )


@dataclass(frozen=True)
class BasisRules(Record):
    """Relative differences between two versions of the same figure.

    Attributes
    ----------
    rounding
        Up to this the figure was not changed.
    mixed
        Above this a flow that was composed of both is flagged.
    restated
        Above this it is null.
    """

    rounding: float
    mixed: float
    restated: float

    def __post_init__(self) -> None:
        require(self.rounding >= 0, "rounding", f"must not be negative, got {self.rounding}")
        require(
            self.rounding <= self.mixed,
            "mixed",
            f"must not be below rounding ({self.rounding}), got {self.mixed}",
        )
        require(
            self.mixed <= self.restated,
            "restated",
            f"must not be below mixed ({self.mixed}), got {self.restated}",
        )


@dataclass(frozen=True)
class TrailingRules(RuleSet):
    """How trailing twelve months are composed (docs/methods/trailing.md)."""

    quarter: DayRange
    year: DayRange
    start: StartRules
    basis: BasisRules
