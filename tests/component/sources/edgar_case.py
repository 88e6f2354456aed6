"""The SEC's files through a scripted server, with a clock that stands and waits that are noted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from smallcap.rules.files import read_rules
from smallcap.rules.types.sec import FILE_NAME, SecRules
from smallcap.sources.edgar import SecClient, SecRecords
from smallcap.sources.edgar.client import Hosts
from smallcap.sources.fetching import Fetcher, Quota, Rate, RateLimit, RetryPolicy
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.payloads import SnapshotStore
from tests.component.sources.fetchers import NOON
from tests.paths import PROJECT_ROOT

CONTACT: Final = "Jane Doe jane.doe@research.example"
COMPANY: Final = {"cik": "0000000001"}


class EdgarCase:
    """A user's folder, the SEC at an address, and what the client does with it."""

    def __init__(self, folder: Path, url: str, contact: str | None = CONTACT) -> None:
        self.now, self.waits = NOON, []
        rules = read_rules(PROJECT_ROOT / "data" / "reference", FILE_NAME, SecRules)
        self.rate = RateLimit(
            folder / "rates", "sec", Rate(8, 1.0), clock=lambda: self.now.timestamp(), sleep=self._wait
        )
        secret = None if contact is None else SecretStr(contact)
        client = SecClient(secret, Hosts(url, url + "/", url), HttpLimits(5, 10_000), self.rate, rules)
        self.snapshots = SnapshotStore(folder / "snapshots")
        fetcher = Fetcher(
            self.snapshots,
            Quota(folder / "quota", {}, lambda: self.now),
            RetryPolicy(max_retries=2),
            clock=lambda: self.now,
            sleep=self._wait,
            secrets=() if contact is None else (contact, contact.split()[-1]),
            rates={"sec": self.rate},
        )
        self.records = SecRecords(fetcher, client, rules)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)

    def facts(self) -> bytes | None:
        return self.records.fetch("company_facts", COMPANY)
