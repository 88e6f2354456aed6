"""The months of the synthetic history, with their last days and last NYSE sessions."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt

Dates = npt.NDArray[np.datetime64]
Integers = npt.NDArray[np.int64]

CLOCK: Final = dt.date(2026, 6, 30)
"""The last day that the sample covers."""

FIRST_MONTH: Final = np.datetime64("2002-01", "M")
"""Month 0: the simulation starts here, so that the first delivered years have a history."""

MONTHS: Final[Dates] = np.arange(FIRST_MONTH, np.datetime64("2026-07", "M"))
MONTH_COUNT: Final = len(MONTHS)

FIRST_PRICE_MONTH: Final = int((np.datetime64("2004-01", "M") - FIRST_MONTH).astype(int))
FIRST_LIST_MONTH: Final = int((np.datetime64("2005-01", "M") - FIRST_MONTH).astype(int))
FIRST_STATEMENT_DATE: Final = np.datetime64("2003-01-01", "D")

LAST_SESSIONS_BEFORE_HOLIDAYS: Final = (
    "2002-03-28", "2004-05-28", "2010-05-28", "2013-03-28", "2018-03-29", "2021-05-28", "2024-03-28",
)  # fmt: skip
"""Months whose last weekday was Memorial Day or Good Friday, and the session before it."""


def month_index(year: int, month: int) -> int:
    """Return the position of a calendar month in `MONTHS`."""
    return (year * 12 + month) - (int(MONTHS[0].astype(int)) + 1970 * 12 + 1)


def month_starts() -> Dates:
    """Return the first day of each month."""
    return MONTHS.astype("datetime64[D]")


def month_ends() -> Dates:
    """Return the last calendar day of each month."""
    return (MONTHS + 1).astype("datetime64[D]") - 1


def last_sessions() -> Dates:
    """Return the last NYSE session of each month: its last weekday, except where that was a holiday."""
    sessions = np.busday_offset(month_ends(), 0, roll="backward")
    early = np.array(LAST_SESSIONS_BEFORE_HOLIDAYS, dtype="datetime64[D]")
    sessions[(early.astype("datetime64[M]") - FIRST_MONTH).astype(int)] = early
    return sessions


def day_to_month(days: Dates) -> Integers:
    """Return the month index of each day."""
    return (days.astype("datetime64[M]") - FIRST_MONTH).astype(np.int64)
