"""A date as a user gives it."""

from __future__ import annotations

import datetime as dt

from smallcap.errors import InputError


def day(date: dt.date | str) -> dt.date:
    """Return a date that is given as a date or as ISO text.

    Raises
    ------
    InputError
        When it is neither.
    """
    if isinstance(date, dt.datetime):
        return date.date()
    if isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except (TypeError, ValueError):
        raise InputError(f"'{date}' is not a date: write it as 2025-12-31") from None
