"""The rules of trailing twelve months, validated; values are in trailing.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import RuleSet, require


@dataclass(frozen=True)
class TrailingRules(RuleSet):
    """How trailing twelve months are composed, beside the lengths and limits of sanity.toml.

    Attributes
    ----------
    start_tolerance_days
        Days by which a fiscal year may begin before or after the day that follows the last one.
    rounding
        Relative difference up to which two versions of a figure are the same.
    """

    start_tolerance_days: int
    rounding: float

    def __post_init__(self) -> None:
        days, share = self.start_tolerance_days, self.rounding
        require(0 <= days <= 30, "start_tolerance_days", f"must be 0 to 30, got {days}")
        require(0 <= share < 1, "rounding", f"must be in [0, 1), got {share}")
