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
    """A reconstitution of the index; each date has a source of its own, and a date without one is not given.

    If sources disagree on the effective day, an event has a row for each; the one that no longer holds is
    superseded.

    Attributes
    ----------
    event
        Name of the event.
    rank_date
        Day at whose close companies are ranked; None if unknown.
    rank_status
        known: of that year; rule: computed by the provider's rule; to_confirm: inferred from other years.
    rank_source
        Origin of the rank day.
    announcement_date
        Day on which the first lists of additions and deletions were published; None if unknown.
    announcement_source
        Its origin.
    effective_date
        Day after whose close the new index applies, or only its month: 2025-05-31 or 2026-12.
    first_list_date
        Second session after the effective day; a list dated before it may still be that of the old index.
    status
        Of the effective date. known: from the past; announced: by the provider in advance; rule: computed by
        the provider's rule; superseded: a later text says otherwise, and nothing is computed from it.
    source
        Origin of the effective date.
    """

    event: str
    rank_date: Day | None = None
    rank_status: Literal["known", "rule", "to_confirm"] | None = None
    rank_source: str | None = None
    announcement_date: Day | None = None
    announcement_source: str | None = None
    effective_date: str
    first_list_date: Day | None = None
    status: Literal["known", "announced", "rule", "superseded"]
    source: str

    def __post_init__(self) -> None:
        try:
            _day_or_month(self.effective_date)
        except ValueError:
            problem = f"must be a date like 2025-05-31 or a month like 2026-12; got '{self.effective_date}'"
            raise FieldError("effective_date", problem) from None
        self._check_sources()
        self._check_order()

    def _check_sources(self) -> None:
        """Refuse a date without a source, and a source without a date."""
        for date, origin in (
            ("rank_date", "rank_status"),
            ("rank_date", "rank_source"),
            ("announcement_date", "announcement_source"),
        ):
            is_dated, has_origin = getattr(self, date) is not None, getattr(self, origin) is not None
            require(
                has_origin or not is_dated,
                origin,
                f"is empty, but '{date}' is {getattr(self, date)}: name where the date comes from, or leave "
                f"the date empty",
            )
            require(is_dated or not has_origin, date, f"is empty, but '{origin}' is filled in")

    def _check_order(self) -> None:
        """Refuse dates that do not follow each other: rank day, announcement, effective day, first list."""
        effective = self.effective_day or self.effective_month_end
        for date in ("rank_date", "announcement_date"):
            day = getattr(self, date)
            require(
                day is None or day < effective,
                date,
                f"({day}) is not before 'effective_date' ({self.effective_date})",
            )
        if self.rank_date is not None and self.announcement_date is not None:
            require(
                self.rank_date < self.announcement_date,
                "rank_date",
                f"({self.rank_date}) is not before 'announcement_date' ({self.announcement_date})",
            )
        require(
            (self.first_list_date is not None) == (self.effective_day is not None)
            or self.status == "superseded",
            "first_list_date",
            "must be given with a day in 'effective_date', and only then",
        )
        require(
            self.first_list_date is None or self.first_list_date > effective,
            "first_list_date",
            f"({self.first_list_date}) is not after 'effective_date' ({self.effective_date})",
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
