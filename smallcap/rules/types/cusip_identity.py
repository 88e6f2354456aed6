"""The rule set by which lines reported by CUSIP are identified: the typed form of cusip_identity.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.base import RuleSet, require

CUSIP_IDENTITY_FILE: Final = "cusip_identity.toml"


@dataclass(frozen=True)
class CusipIdentity(RuleSet):
    """What evidence identifies a line.

    Attributes
    ----------
    pair_days
        A CUSIP's symbol is that of fails-to-deliver files at most so many days from the list.
    reach_days
        The same, where only the company is asked for.
    name_slack_days
        A name serves lists so many days outside its recorded time.
    filing_reach_days
        A name known from filings serves lists so many days before the first and after the last of them.
    periodic_forms
        Forms of EDGAR's index whose filers' names are compared.
    late_history_days
        Reports that begin so long after a company's first list suggest another registration number.
    most_survivorship_gap
        The gap of resolved shares, as a fraction, above which doctor warns.
    """

    pair_days: int
    reach_days: int
    name_slack_days: int
    filing_reach_days: int
    periodic_forms: tuple[str, ...]
    late_history_days: int
    most_survivorship_gap: float

    def __post_init__(self) -> None:
        for field in ("pair_days", "name_slack_days", "filing_reach_days", "late_history_days"):
            require(getattr(self, field) >= 0, field, f"must not be negative, got {getattr(self, field)}")
        require(
            self.reach_days >= self.pair_days,
            "reach_days",
            f"must not be below pair_days ({self.pair_days}), got {self.reach_days}",
        )
        require(
            0 <= self.most_survivorship_gap <= 1,
            "most_survivorship_gap",
            f"must be 0 to 1, got {self.most_survivorship_gap}",
        )
