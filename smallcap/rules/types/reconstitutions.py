"""Entries of the reconstitution calendar (reconstitutions.csv)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

from smallcap.rules.types.base import Day, FieldError, Row, read_day, require

RECONSTITUTIONS_FILE: Final = "reconstitutions.csv"


@dataclass(frozen=True, kw_only=True)
class Reconstitution(Row):
    """A reconstitution of the index, according to one source.

    If sources disagree, an event has a row for each date.

    Attributes
    ----------
    event
        Name of the event.
    rank_date
        Day at whose close companies are ranked; None if unknown.
    effective_date
        Day after whose close the new index applies, or only its month: 2025-05-31 or 2026-12.
    status
        known: from the past; announced: by the provider in advance; rule: computed by the provider's rule.
    source
        Origin of the dates.
    """

    event: str
    rank_date: Day | None = None
    effective_date: str
    status: Literal["known", "announced", "rule"]
    source: str

    def __post_init__(self) -> None:
        try:
            _day_or_month(self.effective_date)
        except ValueError:
            problem = f"must be a date like 2025-05-31 or a month like 2026-12; got '{self.effective_date}'"
            raise FieldError("effective_date", problem) from None
        is_before = self.rank_date is None or self.rank_date < (
            self.effective_day or self.effective_month_end
        )
        require(
            is_before,
            "rank_date",
            f"({self.rank_date}) is not before 'effective_date' ({self.effective_date})",
        )

    @property
    def effective_day(self) -> dt.date | None:
        """The effective day; None if only its month is known."""
        return _day_or_month(self.effective_date) if len(self.effective_date) > len("2026-12") else None

    @property
    def effective_month_end(self) -> dt.date:
        """The last day of the month of the effective day."""
        day = _day_or_month(self.effective_date)
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second row with the same event and effective date."""
        for other in earlier:
            is_same = (self.event, self.effective_date) == (other.event, other.effective_date)
            require(
                not is_same,
                "event",
                f"({self.event}) appears twice with 'effective_date' {self.effective_date}",
            )


def _day_or_month(text: str) -> dt.date:
    """Read a day, or a month as its first day."""
    return read_day(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text)
