"""Sessions of the New York Stock Exchange. No other module reads the exchange's calendar."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl

from smallcap.errors import InputError

FIRST_YEAR = 1960
"""The first year that may be requested; until 1952 the exchange also traded on Saturdays."""
SPAN = 5
"""A calendar ends with a year that this divides, so that requests for near days share it."""


def nyse_sessions(first: dt.date, last: dt.date) -> pl.Series:
    """List the sessions in [first, last].

    Returns
    -------
    pl.Series
        Dates, ascending, named ``session``.

    Raises
    ------
    InputError
        When the range is empty or starts before 1960.
    """
    if last < first or first.year < FIRST_YEAR:
        raise InputError(
            f"no sessions can be listed from {first} to {last}: the range must run forward, from "
            f"{FIRST_YEAR} on"
        )
    sessions = _sessions_until(last.year - last.year % SPAN + SPAN)
    return sessions.filter(sessions.is_between(first, last))


@lru_cache(maxsize=16)
def _sessions_until(end_year: int) -> pl.Series:
    """List the sessions up to a month after the end of a year.

    A calendar of all years takes hardly longer than one of five: nearly all of the time is the same for both.
    """
    # Imported here because loading the calendar takes more than a second.
    import exchange_calendars

    month = dt.timedelta(days=31)
    calendar = exchange_calendars.get_calendar(
        "XNYS", start=dt.date(FIRST_YEAR, 1, 1) - month, end=dt.date(end_year, 1, 1) + month
    )
    return pl.Series("session", [session.date() for session in calendar.sessions], dtype=pl.Date)


def last_complete_month(day: dt.date) -> dt.date:
    """Return the last calendar day of the newest month whose sessions have all ended by a day."""
    first = day.replace(day=1)
    end = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    is_over = day >= end or nyse_sessions(day + dt.timedelta(days=1), end).is_empty()
    return end if is_over else first - dt.timedelta(days=1)
