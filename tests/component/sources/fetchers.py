"""A fetcher for tests: a clock that stands until it is moved, and waits that are noted and not waited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from smallcap.sources.fetching import Fetcher, Limits, Quota, RetryPolicy
from smallcap.sources.payloads import SnapshotStore

NOON = dt.datetime(2026, 5, 5, 12, 10, tzinfo=dt.UTC)


class Bench:
    """A fetcher on a folder, with its clock and its waits."""

    def __init__(
        self,
        folder: Path,
        *,
        limits: Mapping[str, Limits] | None = None,
        max_retries: int = 3,
        secrets: tuple[str, ...] = (),
        now: dt.datetime = NOON,
    ) -> None:
        self.now = now
        self.waits: list[float] = []
        self.snapshots = SnapshotStore(folder / "snapshots")
        self.quota = Quota(folder / "quota", limits or {}, lambda: self.now)
        self.fetcher = Fetcher(
            self.snapshots,
            self.quota,
            RetryPolicy(max_retries=max_retries),
            clock=lambda: self.now,
            sleep=self.waits.append,
            secrets=secrets,
        )
