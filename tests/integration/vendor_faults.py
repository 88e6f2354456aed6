"""Faults of a vendor as a table, and a night under one or several of them: what it makes, and who is told."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smallcap.errors import SmallcapError
from smallcap.health.look import health_of, tell_changes
from smallcap.lake import Home, Lake
from smallcap.pipelines.logged import logged
from smallcap.settings import Settings, load_settings
from smallcap.tables import TABLES
from tests.integration.homes import make
from tests.standin.hook import Hook
from tests.standin.server import StandIn

TABLE = Path(__file__).with_name("vendor_faults.toml")
CLOCK = "2026-03-31"
"""A day on which a company of the small sample filed a few days ago."""
YEARS = (2026, 2026)
ASKED = (
    "raw.securities",
    "raw.factors",
    "raw.constituents",
    "raw.fundamentals",
    "raw.quarterly_fundamentals",
    "raw.vendor_metrics",
    "raw.prices",
)
"""The tables that a vendor fills: what is computed from them is made of their rows alone."""
PLACES = {
    "index": "/v1/index/*",
    "statements": "/v1/fundamentals*",
    "ratios": "/v1/metrics*",
    "prices": "/v1/prices*",
    "factors": "/pages/faculty/ken.french/ftp/*",
    "any": "*",
}
TABLES_OF = {
    "index": ("raw.securities", "raw.constituents"),
    "statements": ("raw.fundamentals", "raw.quarterly_fundamentals"),
    "ratios": ("raw.vendor_metrics",),
    "prices": ("raw.prices",),
    "factors": ("raw.factors",),
}
"""What is asked of one address: a fault of it meets these tables, and no other."""
BEGUN, OVER = ["smallcap, runs: needs a person"], ["smallcap, runs: over"]
"""Titles of what is told of a night that failed, and when that is over."""
BACK = {"today": CLOCK, "limits": {}, "entity_id_offset": 0, "entity_ids_moved": None}
"""Settings of the stand-in without any fault."""


@dataclass(frozen=True)
class VendorFault:
    """A row of the table."""

    name: str
    outcome: str
    exit_code: int
    on: str = ""
    kind: str = ""
    times: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    setting: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""

    def set(self, standin: StandIn) -> None:
        """Let the vendor have it."""
        if self.kind:
            standin.fault(PLACES[self.on], self.kind, self.times, **self.parameters)
        if self.setting:
            standin.configure(**self.setting)


def vendor_faults() -> dict[str, VendorFault]:
    """Read the table."""
    rows = tomllib.loads(TABLE.read_text())["faults"]
    return {name: VendorFault(name, **row) for name, row in rows.items()}


@dataclass(frozen=True)
class Seen:
    """What a night was.

    Attributes
    ----------
    exit_code, message
        How it ended.
    warned
        Deliveries of it that were warned of.
    asked
        Requests that it sent.
    told
        Titles of the messages that were sent after it.
    """

    exit_code: int
    message: str
    warned: int
    asked: int
    told: list[str]


class FaultyNights:
    """A published home and its vendor; each case begins from a copy of the home.

    Parameters
    ----------
    standin, hook
        The vendor, and who is told.
    home
        Where the home is; copies take its place, since catalogues name it.
    """

    def __init__(self, standin: StandIn, hook: Hook, home: Path) -> None:
        self.standin, self.hook, self.home = standin, hook, home
        self._kept = home.with_name("kept")
        standin.configure(french_vintage="202604", **BACK)
        make(home, years=YEARS, **self.given())
        self.ordinary = self.night([])
        assert (self.ordinary.exit_code, self.ordinary.told) == (0, []), self.ordinary
        self.rows, self.keys = self.stored(), self.stored_keys()
        shutil.copytree(home, self._kept)

    def begin(self) -> None:
        """Put the home back, and the vendor in order."""
        shutil.rmtree(self.home)
        shutil.copytree(self._kept, self.home)
        self.lift()

    def lift(self) -> None:
        """Let the vendor be in order."""
        self.standin.lift()
        self.standin.configure(**BACK)

    def given(self, address: str = "") -> dict[str, Any]:
        """The settings of a night."""
        url = self.standin.url
        return {
            "preset": "xfinlink",
            "xfinlink_api_key": self.standin.key,
            "xfinlink_base_url": url.replace("http", address) if address else url,
            "french_base_url": f"{url}/pages/faculty/ken.french",
            "ishares_base_url": url,
            "ishares_min_members": 10,
            "clock": CLOCK,
            "running_period_max_age_hours": 0,
            "request_timeout_seconds": 1.0,
            "max_retries": 1,
            "alert_urls": self.hook.address,
            "sample_companies": Settings.model_fields["sample_companies"].default,
        }

    def night(self, faults: Sequence[VendorFault], *, is_lifted: bool = False) -> Seen:
        """Fetch what some faults concern, under them or once they are over.

        Then look at the health twice, as after a night and an hour later.
        """
        self.hook.messages.clear()
        for fault in faults if not is_lifted else ():
            fault.set(self.standin)
        given = self.given(next((fault.address for fault in faults if fault.address and not is_lifted), ""))
        tables = tables_of(faults)
        settings, code, message = load_settings(home=self.home, **given), 0, ""
        warned, asked = self._warned(), self._asked()
        try:
            with logged(settings):
                make(self.home, years=YEARS, tables=tables, **given)
        except SmallcapError as error:
            code, message = int(error.exit_code), str(error)
        asked = self._asked() - asked
        for _ in range(2):
            tell_changes(settings, health_of(settings))
        told = [str(sent["title"]) for sent in self.hook.messages]
        return Seen(code, message, self._warned() - warned, asked, told)

    def stored(self) -> dict[str, set[tuple[object, ...]]]:
        """Every stored row, without when it was fetched, since when it is missing, and the vendor's ids."""
        lake = Lake(self.home / "lake")
        others = ("missing_since", "source_id", "source_entity_id")
        return {
            name: set(lake.read(name).drop(*TABLES[name].fetch_columns, *others, strict=False).rows())
            for name in ASKED
        }

    def changed(self) -> dict[str, int]:
        """Count rows that are not as they were, by table; what a failed night added the next one undoes."""
        now = self.stored()
        return {name: len(rows - now[name]) for name, rows in self.rows.items() if rows - now[name]}

    def stored_keys(self) -> dict[str, set[tuple[object, ...]]]:
        """The keys of what must never be lost."""
        lake = Lake(self.home / "lake")
        return {name: set(lake.read(name).select(TABLES[name].key).rows()) for name in ASKED}

    def _asked(self) -> int:
        return sum(self.standin.counts().values())

    def _warned(self) -> int:
        with suppress(SmallcapError):
            judged = Home(load_settings(home=self.home)).records.read("meta.deliveries")
            return int((judged["status"] == "warned").sum())
        return 0


def tables_of(faults: Sequence[VendorFault]) -> tuple[str, ...]:
    """Return the tables that some faults concern; all for one of every address, or without faults."""
    concerned = {table for fault in faults for table in TABLES_OF.get(fault.on, ASKED)}
    return tuple(table for table in ASKED if table in concerned or not faults)


def assert_outcome(nights: FaultyNights, fault: VendorFault) -> None:
    """Insist that a fault has the outcome that the table says, and leaves no trace when it is over."""
    nights.begin()
    seen = nights.night([fault])
    assert seen.exit_code == fault.exit_code, seen
    assert seen.told == (BEGUN if fault.exit_code else []), seen
    assert (seen.warned > 0) == (fault.outcome == "warned"), seen
    if fault.outcome != "taken":
        assert nights.changed() == {}
    _assert_over([fault], nights, was_told=bool(seen.told))


def assert_pair(nights: FaultyNights, faults: Sequence[VendorFault]) -> None:
    """Insist that two faults together end as one of them does, lose nothing, and leave no trace."""
    nights.begin()
    seen = nights.night(faults)
    assert seen.exit_code in codes_of_pair(faults), seen
    assert seen.told == (BEGUN if seen.exit_code else []), seen
    if not any(fault.outcome == "taken" for fault in faults):
        assert nights.changed() == {}
    _assert_over(faults, nights, was_told=bool(seen.told))


def codes_of_pair(faults: Sequence[VendorFault]) -> set[int]:
    """Return with which codes a night under several faults may end: those of the faults that stop it."""
    return {fault.exit_code for fault in faults if fault.exit_code} or {0}


def _assert_over(faults: Sequence[VendorFault], nights: FaultyNights, *, was_told: bool) -> None:
    """Insist that nothing was lost, and that the next night makes the home what it would be."""
    kept = nights.stored_keys()
    assert {name: rows - kept[name] for name, rows in nights.keys.items() if rows - kept[name]} == {}
    nights.lift()
    after = nights.night(faults, is_lifted=True)
    assert (after.exit_code, after.told) == (0, OVER if was_told else []), after
    assert nights.stored() == nights.rows
