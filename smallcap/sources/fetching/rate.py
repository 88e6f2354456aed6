"""Limits requests per second, on disk, so that every process of a user on a machine shares one limit.

The time of the newest request is kept in a file under a lock, and the next one is let through when its part
of a second has passed. So no second ever has more than the limit, and requests that are delayed on the way do
not arrive in crowds. Where a vendor has shut the address out, the file holds until when, and no process asks
before.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from smallcap.errors import InputError
from smallcap.parsing import parse_json
from smallcap.private_files import make_private, write_private
from smallcap.sources.fetching.errors import QuotaError
from smallcap.stopping import pause

LONGEST_BLOCK_SECONDS: Final = 86_400.0
"""A later end of a shut-out is not believed: the clock was put back since it was written."""
_SHORTEST_WAIT_SECONDS: Final = 0.001
_CLOCK_STEP_SECONDS: Final = 1e-5
"""Above what a time of today loses as a float, so that a sum of spaces is never under a second."""


@dataclass(frozen=True)
class Rate:
    """At most so many requests in any window of so many seconds."""

    requests: int
    seconds: float

    @classmethod
    def per_second(cls, requests: float, machines: int = 1) -> Rate:
        """Return a rate of so many requests per second for all machines together, as one machine's part."""
        own = requests / machines
        return cls(int(own), 1.0) if own >= 1 else cls(1, 1 / own)

    @property
    def space_seconds(self) -> float:
        """Time from one request to the next."""
        return self.seconds / self.requests + _CLOCK_STEP_SECONDS


@dataclass(frozen=True)
class _Record:
    """Time of the newest request, and the end of a shut-out, in seconds since 1970."""

    sent_at: float | None = None
    blocked_until: float | None = None

    def at(self, now: float) -> _Record:
        """Correct times after now: they were written before the clock was put back."""
        until = self.blocked_until
        is_over = until is None or not now < until <= now + LONGEST_BLOCK_SECONDS
        sent_at = None if self.sent_at is None else min(self.sent_at, now)
        return _Record(sent_at, None if is_over else until)


class RateLimit:
    """The limit on requests to one vendor.

    Parameters
    ----------
    folder
        Folder of the records, one per vendor; the user's, not the home's, so that two homes share it.
    vendor
        The vendor.
    rate
        The limit.
    clock
        Returns the seconds since 1970.
    sleep
        Waits a number of seconds.
    """

    def __init__(
        self,
        folder: Path,
        vendor: str,
        rate: Rate,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = pause,
    ) -> None:
        self.path = folder / f"{vendor}.json"
        self.rate = rate
        self._vendor = vendor
        self._clock = clock
        self._sleep = sleep

    def take(self) -> None:
        """Wait until a request may be sent, and count it.

        Raises
        ------
        QuotaError
            While the vendor shuts this address out.
        InputError
            When the record cannot be written.
        """
        while (wait := self._try()) > 0:
            self._sleep(max(wait, _SHORTEST_WAIT_SECONDS))

    def block(self, seconds: float) -> dt.datetime:
        """Let no process ask for some time, because the vendor shut this address out; return until when."""
        with self._locked():
            now = self._clock()
            record = self._read(now)
            until = max(now + seconds, record.blocked_until or 0.0)
            self._write(_Record(record.sent_at, until))
        return _as_time(until)

    def blocked_until(self) -> dt.datetime | None:
        """Return until when no request may be sent, UTC; None where one may."""
        until = self._read(self._clock()).blocked_until
        return None if until is None else _as_time(until)

    def _try(self) -> float:
        """Count a request and return 0, or return how long to wait."""
        with self._locked():
            now = self._clock()
            record = self._read(now)
            if record.blocked_until is not None:
                raise _shut_out(self._vendor, _as_time(record.blocked_until))
            free_at = now if record.sent_at is None else record.sent_at + self.rate.space_seconds
            is_free = free_at <= now
            self._write(_Record(now if is_free else record.sent_at))
        return 0.0 if is_free else free_at - now

    def _locked(self) -> FileLock:
        try:
            make_private(self.path.parent)
            return FileLock(self.path.with_suffix(".lock"))
        except OSError as error:
            raise self._unusable(error) from None

    def _read(self, now: float) -> _Record:
        """Return the record; one that cannot be read counts as a request of now."""
        try:
            values = parse_json(self.path.read_bytes())
            sent_at, until = (
                None if values[name] is None else float(values[name]) for name in ("sent_at", "blocked_until")
            )
            return _Record(sent_at, until).at(now)
        except FileNotFoundError:
            return _Record()
        except (ValueError, TypeError, KeyError):
            return _Record(now)
        except OSError as error:
            raise self._unusable(error) from None

    def _write(self, record: _Record) -> None:
        temporary = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            write_private(temporary, json.dumps(asdict(record)).encode())
            os.replace(temporary, self.path)
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> InputError:
        return InputError(
            f"the record of requests {self.path} cannot be used ({error.strerror or error}); without it the "
            f"limit of {self._vendor} cannot be kept. Make the folder writable, or name another one for all "
            f"homes of this user with SMALLCAP_RATE_DIR"
        )


def _as_time(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _shut_out(vendor: str, until: dt.datetime) -> QuotaError:
    return QuotaError(
        f"{vendor}: this address asked too often and is shut out until {until:%Y-%m-%d %H:%M} UTC; no "
        f"request was made, as each one would prolong it. Run the same command after that: what was fetched "
        f"is kept and not requested again",
        until,
    )
