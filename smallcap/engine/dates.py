"""The as_of dates of each year: month ends, every day that was requested by name, and the year's horizon.

The stamp of raw.constituents records for which dates a year was made.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence

from smallcap.lake.digests import digest_text
from smallcap.lake.home import Home
from smallcap.sources.base import Source

DATES = "dates"
"""Key of the dates among what a stamp records."""
MADE_FOR_DATES = "raw.constituents"
"""The first table whose rows are made for as_of dates."""


class AsOfDates:
    """The dates that questions are asked about.

    Month ends up to a year's horizon, every day that was requested by name, and the horizon itself. The
    horizon is the latest of the date requested now and the dates that the year was made for; without a date,
    the last day that the source knows.

    Parameters
    ----------
    home
        The home, whose dates are kept.
    source
        The source.
    years
        The years of the run.
    as_of
        The date that was requested, if one was.
    """

    def __init__(self, home: Home, source: Source, years: Sequence[int], as_of: dt.date | None) -> None:
        self._home, self._source, self._years, self._as_of = home, source, years, as_of
        self._horizons: dict[int, dt.date] | None = None
        self._dates: dict[int, list[dt.date]] = {}

    def of(self, years: Iterable[int]) -> list[dt.date]:
        """Return the dates of the given years, ascending; the answer stays the same for the whole run."""
        wanted = sorted(years)
        for year in wanted:
            if year not in self._dates:
                self._dates[year] = self._of(year)
        return [date for year in wanted for date in self._dates[year]]

    def all(self) -> list[dt.date]:
        """Return the dates of every year that exists or that the run makes, ascending."""
        return self.of(sorted({*self._horizons_made(), *self._years}))

    def _of(self, year: int) -> list[dt.date]:
        made = self._horizons_made().get(year)
        requested = self._home.records.requested_dates(year)
        if year not in self._years:
            return [] if made is None else dates_until(made, requested)
        if self._as_of is None or self._as_of.year != year:
            return dates_until(min(dt.date(year, 12, 31), self._source.clock), requested, year)
        return dates_until(max(self._as_of, made or self._as_of), [*requested, self._as_of])

    def _horizons_made(self) -> dict[int, dt.date]:
        """Return the last date that each year was made for, as it was when the run began."""
        if self._horizons is None:
            years = self._home.lake.stamp(MADE_FOR_DATES).years
            found = {year: self._horizon(year, made.inputs.get(DATES, "")) for year, made in years.items()}
            self._horizons = {year: horizon for year, horizon in found.items() if horizon is not None}
        return self._horizons

    def _horizon(self, year: int, recorded: str) -> dt.date | None:
        """Read the last date that a stamp records; an earlier release recorded a digest of the dates."""
        if not recorded or "-" in recorded:
            return max(map(dt.date.fromisoformat, recorded.split()), default=None)
        requested, last = self._home.records.requested_dates(year), dt.date(year, 12, 31)
        days = (last - dt.timedelta(days=back) for back in range(last.timetuple().tm_yday))
        return next((day for day in days if digest_of_dates(dates_until(day, requested)) == recorded), None)


def dates_until(horizon: dt.date, requested: Iterable[dt.date], year: int | None = None) -> list[dt.date]:
    """Return the dates of a year up to its horizon, ascending.

    Parameters
    ----------
    horizon
        The last of them.
    requested
        Days that were requested by name.
    year
        The year; that of the horizon by default.
    """
    year = horizon.year if year is None else year
    month_ends = [dt.date(year, month, calendar.monthrange(year, month)[1]) for month in range(1, 13)]
    dates = {*month_ends, *requested, horizon}
    return sorted(date for date in dates if date <= horizon and date.year == year)


def dates_as_text(dates: Iterable[dt.date]) -> str:
    """Write dates as a stamp records them."""
    return " ".join(map(str, dates))


def digest_of_dates(dates: Iterable[dt.date]) -> str:
    """Digest dates, where they are too many for a stamp."""
    return digest_text(dates_as_text(dates))


def is_same_dates(recorded: str, now: str) -> bool:
    """Compare the dates of a stamp with those of now; an earlier release recorded a digest of the dates."""
    return recorded in (now, digest_text(now))
