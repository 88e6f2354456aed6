"""The plans of the data vendor and what each allows.

Numbers from the vendor's public texts of autumn 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GOOD_KEY: Final = "xfl_" + "0" * 32
"""The key that the stand-in accepts.

Made of its parts so that no file holds anything that looks like a key.
"""


@dataclass(frozen=True)
class Plan:
    """What a plan allows; None is no limit.

    Attributes
    ----------
    tickers_per_call
        Tickers or entity ids of one data request.
    requests_per_day, requests_per_hour, rows_per_day, rows_per_hour
        Limits per key, in windows that start at midnight and at the full hour.
    history_days
        Days before today from which data are served.
    pages_per_call
        Pages that a cursor leads to.
    """

    tickers_per_call: int
    requests_per_day: int
    requests_per_hour: int | None
    rows_per_day: int
    rows_per_hour: int
    history_days: int | None
    pages_per_call: int


PLANS: Final = {
    "free": Plan(1, 100, 40, 500_000, 100_000, 365, 10),
    "pro": Plan(100, 10_000, None, 5_000_000, 1_000_000, None, 50),
    "max": Plan(500, 50_000, None, 25_000_000, 5_000_000, None, 100),
    "redistribution": Plan(5_000, 500_000, None, 250_000_000, 50_000_000, None, 200),
}

TICKERS_PER_RESOLVE: Final = 10
"""Tickers of one resolve request, on every plan."""
