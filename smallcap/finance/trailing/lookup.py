"""Records of a period, or of the period a number of days before, as known on a day."""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import by_standing
from smallcap.rules.types.day_range import DayRange

_SPAN = 1 << 20
_BEFORE_ALL_DAYS = 1 << 18
"""Added to a day's number, so that it is positive and below the span."""


class Timeline:
    """The records of a frame by company, period and day, for lookups of whole columns.

    Company and period, and period and day, are put into one sorted integer each, in which places are found by
    bisection.

    Parameters
    ----------
    records
        Rows with `entity_id`, `period_end`, `available_date`, and `version` and `source` where they have
        them. Of rows of the same period and day the one that ranks above the others is found.
    """

    def __init__(self, records: pl.DataFrame) -> None:
        key = ["entity_id", "period_end", "available_date"]
        known = by_standing(records).drop_nulls(key).sort(*key, "standing")
        newest = known.unique(key, keep="last", maintain_order=True)
        periods = newest.select(pl.struct(key[:2]).rle_id().alias("period"))["period"]
        first = newest.filter(periods.is_first_distinct())
        self._companies = first["entity_id"].unique().sort()
        self._periods = self._period_keys(first["entity_id"], first["period_end"])
        self._versions = _key(periods, newest["available_date"])
        self._rows = newest["row"]

    def of_period(self, asked: pl.DataFrame) -> pl.Series:
        """Return for each question the row number of the newest record of its period known then.

        Parameters
        ----------
        asked
            Rows with `entity_id`, `period_end` and `known_by`; nulls find nothing.
        """
        keys = self._period_keys(asked["entity_id"], asked["period_end"])
        place = self._periods.search_sorted(keys, side="left")
        is_there = self._periods.gather(place, null_on_oob=True) == keys
        return self._newest(_where(is_there, place), asked["known_by"])

    def at_distance(self, asked: pl.DataFrame, days: DayRange) -> pl.Series:
        """Return for each question the row number of the newest record a number of days before its period.

        Of several periods within the range the latest is taken of those known then.

        Parameters
        ----------
        asked
            As for `of_period`.
        days
            Distance from the record's period_end to that of the question.
        """
        ends = self._period_keys(asked["entity_id"], asked["period_end"])
        # The keys of days follow each other as the days do.
        earliest, latest = ends - days.max_days, ends - days.min_days
        first = self._periods.search_sorted(earliest, side="left")
        after = self._periods.search_sorted(latest, side="right")
        is_asked = earliest.is_not_null()
        found = pl.Series([None], dtype=pl.UInt32).new_from_index(0, asked.height)
        most = pl.select(_where(is_asked, after - first).max()).item() or 0
        for step in range(1, most + 1):
            place = _where(is_asked & (after >= first + step), after - step)
            found = pl.select(pl.coalesce(found, self._newest(place, asked["known_by"]))).to_series()
        return found

    def _newest(self, period: pl.Series, known_by: pl.Series) -> pl.Series:
        """Return the row of the newest version of each period up to a day; null without one."""
        place = self._versions.search_sorted(_key(period, known_by), side="right").cast(pl.Int64) - 1
        at = _where((place >= 0) & period.is_not_null() & known_by.is_not_null(), place)
        return self._rows.gather(_where(self._versions.gather(at) // _SPAN == period, at))

    def _period_keys(self, companies: pl.Series, ends: pl.Series) -> pl.Series:
        """Put company and end into one integer; null for a company without records."""
        place = self._companies.search_sorted(companies)
        is_there = self._companies.gather(place, null_on_oob=True) == companies
        return _key(_where(is_there, place), ends)


def _key(place: pl.Series, day: pl.Series) -> pl.Series:
    return place.cast(pl.Int64) * _SPAN + day.to_physical().cast(pl.Int64) + _BEFORE_ALL_DAYS


def _where(condition: pl.Series, values: pl.Series) -> pl.Series:
    return pl.select(pl.when(condition).then(values)).to_series()
