"""Counts requests per source against its quota, on disk so that all runs and processes share the count."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

from smallcap.errors import InputError
from smallcap.parsing import parse_json
from smallcap.private_files import make_private
from smallcap.sources.fetching.errors import QuotaError

_ONE_HOUR = dt.timedelta(hours=1)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """Requests that a source allows per day and per hour (UTC); None: unlimited."""

    per_day: int | None = None
    per_hour: int | None = None


@dataclass(frozen=True)
class Left:
    """What is left of a source's limits; None: unlimited.

    `resumes_at` is None while requests are left.
    """

    today: int | None
    this_hour: int | None
    resumes_at: dt.datetime | None


@dataclass(frozen=True)
class _Count:
    day: str
    hour: int
    today: int
    this_hour: int

    def require_sound(self) -> None:
        """Refuse counts of another type, or of no day, by a `ValueError`."""
        if not isinstance(self.day, str) or dt.date.fromisoformat(self.day).isoformat() != self.day:
            raise ValueError("its day is not a date")
        if not all(isinstance(count, int) for count in (self.hour, self.today, self.this_hour)):
            raise ValueError("its counts are not whole numbers")

    def at(self, moment: dt.datetime) -> _Count:
        """Reset the counts when a new day or hour has begun."""
        day, hour = moment.date().isoformat(), moment.hour
        if self.day != day:
            return _Count(day, hour, 0, 0)
        return self if self.hour == hour else replace(self, hour=hour, this_hour=0)


class Quota:
    """The request counts of all sources.

    Parameters
    ----------
    folder
        Where the counts are kept, one file per source; created when first needed.
    limits
        By source; a source that is not named is counted and has no limit.
    clock
        Returns the current time, UTC.
    """

    def __init__(self, folder: Path, limits: Mapping[str, Limits], clock: Callable[[], dt.datetime]) -> None:
        self.folder = folder
        self.limits = dict(limits)
        self._clock = clock

    def take(self, source: str, requests: int = 1) -> None:
        """Count requests that are about to be made.

        Raises
        ------
        QuotaError
            When fewer are left; the count is then unchanged.
        """
        make_private(self.folder)
        with FileLock(self.folder / f"{source}.lock"):
            now = self._clock()
            count = self._read(source).at(now)
            limits = self.limits.get(source, Limits())
            _require_left(source, limits, count, requests, now)
            self._write(
                source, replace(count, today=count.today + requests, this_hour=count.this_hour + requests)
            )

    def left(self, source: str) -> Left:
        """Return what is left now."""
        now = self._clock()
        count = self._read(source).at(now)
        limits = self.limits.get(source, Limits())
        today = None if limits.per_day is None else max(limits.per_day - count.today, 0)
        this_hour = None if limits.per_hour is None else max(limits.per_hour - count.this_hour, 0)
        resumes_at = _next_day(now) if today == 0 else _next_hour(now) if this_hour == 0 else None
        return Left(today, this_hour, resumes_at)

    def _read(self, source: str) -> _Count:
        path = self.folder / f"{source}.json"
        if not path.is_file():
            return _Count("", 0, 0, 0)
        try:
            count = _Count(**parse_json(path.read_bytes()))
            count.require_sound()
            return count
        except (ValueError, TypeError, OSError) as error:
            raise InputError(
                f"the request count {path} cannot be read ({error}); delete the file to count from zero"
            ) from None

    def _write(self, source: str, count: _Count) -> None:
        path = self.folder / f"{source}.json"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(asdict(count)), encoding="utf-8")
        os.replace(temporary, path)


class NoRequests(Quota):
    """The request counts for a process that must not ask: everything has to be kept already."""

    def take(self, source: str, requests: int = 1) -> None:
        """Refuse a request; the count is unchanged.

        Raises
        ------
        QuotaError
            Always.
        """
        raise QuotaError(
            f"{source}: an answer that is needed is not kept, or is too old, and SMALLCAP_IS_OFFLINE forbids "
            f"to ask for it. Run 'smallcap fetch', or the same command without that setting: what was "
            f"fetched is kept and not requested again",
            self._clock(),
        )


def _require_left(source: str, limits: Limits, count: _Count, requests: int, now: dt.datetime) -> None:
    if limits.per_day is not None and count.today + requests > limits.per_day:
        _refuse(source, "today", count.today, limits.per_day, requests, _next_day(now))
    if limits.per_hour is not None and count.this_hour + requests > limits.per_hour:
        _refuse(source, "this hour", count.this_hour, limits.per_hour, requests, _next_hour(now))


def _refuse(source: str, window: str, used: int, limit: int, requests: int, resumes_at: dt.datetime) -> None:
    raise QuotaError(
        f"{source}: {used} of {limit} requests of {window} are used, {max(limit - used, 0)} left, "
        f"{requests} needed next. "
        f"Run the same command after {resumes_at:%Y-%m-%d %H:%M} UTC: what was fetched is "
        f"kept and not requested again",
        resumes_at,
    )


def _next_day(now: dt.datetime) -> dt.datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + _ONE_DAY


def _next_hour(now: dt.datetime) -> dt.datetime:
    return now.replace(minute=0, second=0, microsecond=0) + _ONE_HOUR
