"""Sessions of the New York Stock Exchange. No other module reads the exchange's calendar."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.errors import InputError

FIRST_YEAR = 1960
"""The first year that may be requested; until 1952 the exchange also traded on Saturdays."""


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
    # Imported here because loading the calendar takes more than a second.
    import exchange_calendars

    month = dt.timedelta(days=31)  # the calendar refuses bounds without a session between them
    calendar = exchange_calendars.get_calendar("XNYS", start=first - month, end=last + month)
    sessions = pl.Series("session", [session.date() for session in calendar.sessions], dtype=pl.Date)
    return sessions.filter(sessions.is_between(first, last))


def last_complete_month(day: dt.date) -> dt.date:
    """Return the last calendar day of the newest month whose sessions have all ended by a day."""
    first = day.replace(day=1)
    end = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    is_over = day >= end or nyse_sessions(day + dt.timedelta(days=1), end).is_empty()
    return end if is_over else first - dt.timedelta(days=1)


def month_end_sessions(first: dt.date, last: dt.date) -> pl.Series:
    """List the last session of each calendar month that ends in [first, last], ascending."""
    sessions = nyse_sessions(first, last).to_frame()
    ends = (
        sessions.group_by(month=pl.col("session").dt.month_end())
        .agg(pl.col("session").max())
        .filter(pl.col("month") <= last)
    )
    return ends.sort("session")["session"]
