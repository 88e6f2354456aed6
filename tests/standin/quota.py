"""Requests and rows counted against the limits of a plan, per key, on the stand-in's own clock."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Final

from tests.standin.plans import Plan
from tests.standin.wire import RefusedError

HOUR: Final = dt.timedelta(hours=1)
DAY: Final = dt.timedelta(days=1)


class Meter:
    """Counts in windows that start at midnight and at the full hour."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, dt.datetime]] = Counter()

    def spend(self, key: str, now: dt.datetime, plan: Plan, requests: int) -> None:
        """Count a request, or refuse it where a limit is reached; a refused request costs nothing."""
        for what, window, length, limit in _limits(plan):
            cost = requests if what == "requests" else 0
            spent = self._spent(key, what, length, now)
            if limit is not None and (spent + cost > limit or (not cost and spent >= limit)):
                wait = (_start(now, length) + length - now).total_seconds()
                raise _limit_reached(f"{window} {what[:-1]} limit reached", int(wait))
        self._add(key, "requests", requests, now)

    def add_rows(self, key: str, now: dt.datetime, rows: int) -> None:
        self._add(key, "rows", rows, now)

    def usage(self, key: str, now: dt.datetime, plan: Plan) -> dict[str, Any]:
        """Say what is spent and what is allowed, by window."""
        return {
            f"{what}_{'day' if length == DAY else 'hour'}": {
                "used": self._spent(key, what, length, now),
                "limit": limit,
            }
            for what, _, length, limit in _limits(plan)
        }

    def _spent(self, key: str, what: str, length: dt.timedelta, now: dt.datetime) -> int:
        return self._counts[key, f"{what} {length}", _start(now, length)]

    def _add(self, key: str, what: str, count: int, now: dt.datetime) -> None:
        for length in (HOUR, DAY):
            self._counts[key, f"{what} {length}", _start(now, length)] += count


def _limits(plan: Plan) -> tuple[tuple[str, str, dt.timedelta, int | None], ...]:
    return (
        ("requests", "Daily", DAY, plan.requests_per_day),
        ("requests", "Hourly", HOUR, plan.requests_per_hour),
        ("rows", "Daily", DAY, plan.rows_per_day),
        ("rows", "Hourly", HOUR, plan.rows_per_hour),
    )


def _start(now: dt.datetime, length: dt.timedelta) -> dt.datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // length * length


def _limit_reached(detail: str, wait: int) -> RefusedError:
    return RefusedError(429, {"error": "rate_limit_exceeded", "detail": detail, "retry_after_seconds": wait})
