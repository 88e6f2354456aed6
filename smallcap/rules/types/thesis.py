"""Claims of the published deep dive that numbers can support or contradict (thesis_claims.csv)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from smallcap.rules.types.base import Row, require

CLAIMS_FILE: Final = "thesis_claims.csv"


@dataclass(frozen=True, kw_only=True)
class ThesisClaim(Row):
    """A claim, the measure that it is judged by, and the range of the measure that supports it.

    Attributes
    ----------
    claim
        Short name.
    statement
        The claim in one sentence.
    measure
        Name of the measure; None if no table has a number for it.
    window_months
        Months of returns that the measure uses; None if it uses none.
    low, high
        The number supports the claim from low to high, and contradicts it outside; None is without a limit.
        Without both limits the number is shown and decides nothing.
    least_t
        Fewest standard errors between the number and the limit; nearer, it decides nothing.
    threshold_source
        Origin of the limits.
    needed
        What would decide where the number does not.
    source
        Where the claim is made.
    """

    claim: str
    statement: str
    measure: str | None = None
    window_months: int | None = None
    low: float | None = None
    high: float | None = None
    least_t: float | None = None
    threshold_source: str | None = None
    needed: str
    source: str

    def __post_init__(self) -> None:
        has_limits = self.low is not None or self.high is not None
        require(
            self.measure is not None or not has_limits,
            "measure",
            "is empty, but there are limits for a number",
        )
        require(
            has_limits == (self.threshold_source is not None),
            "threshold_source",
            "must say where 'low' and 'high' come from, and be empty without them",
        )
        is_ordered = self.low is None or self.high is None or self.low <= self.high
        require(is_ordered, "high", f"({self.high}) is below 'low' ({self.low})")
        require(
            self.least_t is None or (self.least_t > 0 and has_limits),
            "least_t",
            f"must be positive, and have a limit to be compared with; got {self.least_t}",
        )
        require(
            self.window_months is None or self.window_months >= 1,
            "window_months",
            f"must be at least 1, got {self.window_months}",
        )

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second row of the same claim."""
        names = [other.claim for other in earlier]
        require(self.claim not in names, "claim", f"({self.claim}) appears twice")
