"""The thresholds of trailing flows, gathered from the rule sets that define them."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.sanity import DifferenceRules, SanityRules
from smallcap.rules.types.trailing import TrailingRules


@dataclass(frozen=True)
class Limits:
    """What two rule sets say about quarters, years and versions of a figure.

    Attributes
    ----------
    quarter, year
        Lengths, and distances between periods that follow each other.
    difference
        How far the newest version of a figure that is subtracted may differ from the one used.
    start_tolerance_days, rounding
        As in `TrailingRules`.
    """

    quarter: DayRange
    year: DayRange
    difference: DifferenceRules
    start_tolerance_days: int
    rounding: float

    @classmethod
    def of(cls, sanity: SanityRules, rules: TrailingRules) -> Limits:
        """Gather the thresholds."""
        return cls(
            sanity.quarter, sanity.period, sanity.difference, rules.start_tolerance_days, rules.rounding
        )
