"""The sessions of the New York Stock Exchange; the only place that knows the exchange's calendar."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.errors import InputError

FIRST_YEAR = 1960
"""Sessions are asked for since then; the exchange traded on Saturdays until 1952."""


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
    # loading the calendar takes more than a second, so only those who need it pay
    import exchange_calendars

    month = dt.timedelta(days=31)  # the calendar refuses bounds without a session between them
    calendar = exchange_calendars.get_calendar("XNYS", start=first - month, end=last + month)
    sessions = pl.Series("session", [session.date() for session in calendar.sessions], dtype=pl.Date)
    return sessions.filter(sessions.is_between(first, last))


def last_complete_month(day: dt.date) -> dt.date:
    """Return the last calendar day of the newest month whose sessions are all over on a day."""
    first = day.replace(day=1)
    end = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    is_over = day >= end or nyse_sessions(day + dt.timedelta(days=1), end).is_empty()
    return end if is_over else first - dt.timedelta(days=1)


def month_end_sessions(first: dt.date, last: dt.date) -> pl.Series:
    """List the last session of each calendar month that lies wholly in [first, last], ascending."""
    sessions = nyse_sessions(first, last).to_frame()
    ends = (
        sessions.group_by(month=pl.col("session").dt.month_end())
        .agg(pl.col("session").max())
        .filter(pl.col("month") <= last)
    )
    return ends.sort("session")["session"]
