"""Simulated nights: the clocks of a home and of its vendor move on by a day, and nobody waits."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smallcap.errors import DeliveryError, SmallcapError
from smallcap.lake import Lake
from tests.integration.homes import make
from tests.integration.vendor_nights import TABLES
from tests.standin.server import StandIn

FIRST = dt.date(2026, 1, 5)
SETTLED = 30
"""Nights after which a home has everything that is kept for some nights."""
KINDS = {
    "complete": (7, None),
    "some silent": (2, {"percent": 96}),
    "most silent": (1, {"percent": 10}),
}
"""For each kind of night its frequency, and which of the vendor's companies have statements."""
KEPT: dict[str, object] = {"vacuum_days": 0, "keep_runs": 3, "keep_catalogues": 2}


@dataclass(frozen=True)
class Lived:
    """A night: what the vendor delivered, rows that were lost, requests, and files of the home after it."""

    kind: str
    lost: int
    failure: str
    requests: int
    files: int


def live_through(
    standin: StandIn, home: Path, nights: int, tables: Sequence[str] | None = None
) -> list[Lived]:
    """Run each night, for some tables alone or for all; the vendor's answers are drawn by the night's number.

    Only a run for all tables publishes.
    """
    lived, known = [], dict[str, set[tuple[object, ...]]]()
    # The one vintage that the sample has, also before its day.
    standin.configure(french_vintage="202604")
    for number in range(nights):
        today = FIRST + dt.timedelta(days=number)
        kind = _kind(number)
        standin.configure(today=today.isoformat())
        if KINDS[kind][1] is not None:
            standin.fault("/v1/fundamentals*", "sparse", None, salt=str(number), **KINDS[kind][1])
        asked = sum(standin.counts().values())
        failure = _run(standin, home, today, tables)
        standin.lift()
        now = _filings(home)
        lost = sum(len(rows - now[name]) for name, rows in known.items())
        known = now
        files = sum(path.is_file() for path in home.rglob("*"))
        lived.append(Lived(kind, lost, failure, sum(standin.counts().values()) - asked, files))
    return lived


def _kind(number: int) -> str:
    """Draw the kind of a night; the first is complete, and the next two are the two others."""
    if number < len(KINDS):
        return list(KINDS)[number]
    return random.Random(number).choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]


def _run(standin: StandIn, home: Path, today: dt.date, tables: Sequence[str] | None) -> str:
    """Run for the running year; a delivery that was refused is no failure."""
    try:
        make(
            home,
            years=(today.year, today.year),
            tables=tables,
            preset="xfinlink",
            xfinlink_api_key=standin.key,
            xfinlink_base_url=standin.url,
            french_base_url=f"{standin.url}/pages/faculty/ken.french",
            ishares_base_url=standin.url,
            clock=today.isoformat(),
            running_period_max_age_hours=0,
            **KEPT,
        )
    except DeliveryError:
        return ""
    except SmallcapError as error:
        return f"{today}: {error}"
    return ""


def _filings(home: Path) -> dict[str, set[tuple[object, ...]]]:
    """Name what must never be lost: lines of lists, filings, and months with a price."""
    lake = Lake(home / "lake")
    keys = {
        "raw.constituents": ("as_of", "security_id"),
        "raw.fundamentals": ("entity_id", "period_end", "version", "filing_date"),
        "raw.vendor_metrics": ("entity_id", "period_end"),
        "raw.prices": ("security_id", "date"),
    }
    found = {name: set(lake.read(name).select(keys[name]).rows()) for name in TABLES}
    # The list of the running month, and the price of its last day, follow the clock.
    found["raw.constituents"] = {key for key in found["raw.constituents"] if _is_month_end(key[0])}
    found["raw.prices"] = {(line, day.year, day.month) for line, day in found["raw.prices"]}  # type: ignore[attr-defined]
    return found


def _is_month_end(day: object) -> bool:
    return isinstance(day, dt.date) and (day + dt.timedelta(days=4)).month != day.month
