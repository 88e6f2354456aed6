"""Reads a source's dates and timestamps as calendar days: always the local day, as written."""

from __future__ import annotations

from typing import Final

import polars as pl

DATE_FORM: Final = "YYYY-MM-DD, the year with four digits"
"""The date format, for messages."""

_TIME: Final = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
_ZONE: Final = r" ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?(?:\[[A-Za-z0-9_/+-]+\])?"
_WRITTEN: Final = rf"^([1-9]\d{{3}}-\d{{1,2}}-\d{{1,2}})(?:[Tt ]{_TIME}{_ZONE})?$"

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""The first day of year 1 and the last of year 9999, in days since 1970: the range of a Python date."""
_TICKS_PER_DAY: Final = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def local_dates(given: pl.Series) -> pl.Series:
    """Read a column as calendar days.

    A timestamp with a time zone becomes the day in that zone, and text with an offset the day as written:
    the UTC date of a midnight east of Greenwich would be the day before.

    Parameters
    ----------
    given
        Dates, timestamps, or text in the form YYYY-MM-DD, with or without an ISO time and offset.

    Returns
    -------
    pl.Series
        Dates; null where a value is not a date. Days outside the years 1 to 9999 are clipped to that range.
    """
    if given.dtype == pl.String:
        return given.str.extract(_WRITTEN).str.to_date("%Y-%m-%d", strict=False)
    if isinstance(given.dtype, pl.Datetime):
        return _writable(_convertible(given, given.dtype.time_unit).dt.replace_time_zone(None).cast(pl.Date))
    if given.dtype == pl.Date:
        return _writable(given)
    if given.dtype == pl.Null:
        return given.cast(pl.Date)
    return pl.Series(given.name, [None] * len(given), dtype=pl.Date)


def _writable(dates: pl.Series) -> pl.Series:
    return dates.to_physical().clip(_FIRST_DAY, _LAST_DAY).cast(pl.Date)


def _convertible(moments: pl.Series, unit: str) -> pl.Series:
    """Clip timestamps to the range that Polars can convert to a time zone; it panics outside that range."""
    ticks = _TICKS_PER_DAY[unit]
    most = 2**63 - 1 - ticks
    return (
        moments.to_physical()
        .clip(max(_FIRST_DAY * ticks, -most), min(_LAST_DAY * ticks, most))
        .cast(moments.dtype)
    )
