"""The as_of dates of each year: month ends, every day that was asked for by name, and the year's horizon."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence

from smallcap.lake.home import Home
from smallcap.sources.base import Source


class AsOfDates:
    """The dates that questions are asked about.

    Month ends up to a year's horizon, every day that was asked for by name, and the horizon itself. The
    horizon is the latest of the date asked for now and the dates already there; without one, the day up to
    which the source knows.

    Parameters
    ----------
    home
        The home, whose dates are kept.
    source
        The source.
    years
        The years of the run.
    as_of
        The date that was asked for, if one was.
    """

    def __init__(self, home: Home, source: Source, years: Sequence[int], as_of: dt.date | None) -> None:
        self._home, self._source, self._years, self._as_of = home, source, years, as_of
        self._there: dict[int, list[dt.date]] | None = None
        self._dates: dict[int, list[dt.date]] = {}

    def of(self, years: Iterable[int]) -> list[dt.date]:
        """Return the dates of the given years, ascending; the answer stays the same for the whole run."""
        wanted = sorted(years)
        for year in wanted:
            if year not in self._dates:
                self._dates[year] = sorted(self._of(year))
        return [date for year in wanted for date in self._dates[year]]

    def all(self) -> list[dt.date]:
        """Return the dates of every year that is there or that the run makes, ascending."""
        return self.of(sorted({*self._known(), *self._years}))

    def _of(self, year: int) -> set[dt.date]:
        there = self._known().get(year, [])
        asked = self._home.records.asked_dates(year)
        if year in self._years:
            wanted = self._as_of if self._as_of is not None and self._as_of.year == year else None
            horizon = (
                max([*there, wanted])
                if wanted is not None
                else min(dt.date(year, 12, 31), self._source.clock)
            )
            asked = [*asked, wanted or horizon]
        elif not there:
            return set()
        else:
            horizon = max(there)
        month_ends = [dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]
        return {date for date in [*month_ends, *asked, horizon] if date <= horizon and date.year == year}

    def _known(self) -> dict[int, list[dt.date]]:
        """Return the dates that marts.coverage holds, by year, as they were when the run began."""
        if self._there is None:
            self._there = {}
            for date in self._home.lake.read("marts.coverage", columns=["as_of"])["as_of"].to_list():
                self._there.setdefault(date.year, []).append(date)
        return self._there
