"""Companies that got a new registration number at the SEC: the rows of cik_successions.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from smallcap.rules.types.base import Day, Row, require
from smallcap.rules.types.index_funds import Cik

SUCCESSIONS_FILE: Final = "cik_successions.csv"


@dataclass(frozen=True, kw_only=True)
class CikSuccession(Row):
    """A company whose filings continue under another registration number.

    Attributes
    ----------
    old_cik, new_cik
        Its number before and from `date` on.
    date
        First day of the new registrant's reports.
    source
        Evidence.
    """

    old_cik: Cik
    new_cik: Cik
    date: Day
    source: str

    def __post_init__(self) -> None:
        require(self.old_cik != self.new_cik, "new_cik", f"({self.new_cik}) is the same as 'old_cik'")

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second successor of a number, and a circle."""
        for other in earlier:
            require(self.old_cik != other.old_cik, "old_cik", f"({self.old_cik}) appears twice")
        successors = {row.old_cik: row.new_cik for row in earlier}
        later = self.new_cik
        while later in successors:
            later = successors[later]
        require(later != self.old_cik, "new_cik", f"({self.new_cik}) leads back to {self.old_cik}")
