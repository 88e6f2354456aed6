"""A range of days, as several rule sets have it."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, require


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
