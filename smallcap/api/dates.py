"""A date as a user gives it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from smallcap.errors import InputError


def day(date: dt.date | np.datetime64 | str) -> dt.date:
    """Return a date that is given as a date, also of pandas or NumPy, or as ISO text.

    Raises
    ------
    InputError
        When it is neither.
    """
    if isinstance(date, dt.date) and date == date:  # NaT is a date of pandas that equals nothing
        return date.date() if isinstance(date, dt.datetime) else date
    text: Any = str(date.astype("datetime64[D]")) if isinstance(date, np.datetime64) else date
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise InputError(f"'{date}' is not a date: write it as 2025-12-31") from None
