"""Simulated nights: the clocks of a home and of its vendor move on by a day, and nobody waits."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from deltalake import DeltaTable

from smallcap.errors import DeliveryError, SmallcapError
from smallcap.lake import Lake
from smallcap.lake.log_files import LOG_DIR
from tests.integration.homes import make
from tests.integration.vendor_nights import TABLES
from tests.standin.server import StandIn

FIRST = dt.date(2026, 1, 5)
SETTLED = 30
"""Nights after which a home has everything that is kept for some nights."""
BYTES_OF_A_NIGHT = 100_000
"""That a night may add."""
RESPONSES_OF_A_NIGHT = 12
"""Files of responses that a night may add: what the vendor sent that it had not sent before."""
KINDS = {
    "complete": (7, None),
    "some silent": (2, {"percent": 96}),
    "most silent": (1, {"percent": 10}),
}
"""For each kind of night its frequency, and which of the vendor's companies have statements."""
KEPT: dict[str, object] = {"vacuum_days": 0}
"""No day passes for the files, so that nothing may be kept for some days; the rest is as it is by default."""


@dataclass(frozen=True)
class Lived:
    """A night: what the vendor delivered, what became of it, and what the home is after it.

    Attributes
    ----------
    kind
        What the vendor delivered.
    outcome
        `made`, `refused`, or the error of a night that failed.
    lost
        Rows that were there the night before.
    requests, commits
        The work: requests of the vendor, and new versions of tables.
    size, files
        Bytes and files of the home without what the vendor sent, and without Dagster's events.
    events
        Bytes of Dagster's events.
    responses
        Files of responses that were kept.
    """

    kind: str
    outcome: str
    lost: int
    requests: int
    commits: int
    size: int
    files: int
    events: int
    responses: int


def live_through(
    standin: StandIn, home: Path, nights: int, tables: Sequence[str] | None = None
) -> Iterator[Lived]:
    """Run each night, for some tables alone or for all; the vendor's answers are drawn by the night's number.

    Only a run for all tables publishes.
    """
    known: dict[str, set[tuple[object, ...]]] = {}
    # The one vintage that the sample has, also before its day.
    standin.configure(french_vintage="202604")
    for number in range(nights):
        today = FIRST + dt.timedelta(days=number)
        kind = _kind(number)
        standin.configure(today=today.isoformat())
        if KINDS[kind][1] is not None:
            standin.fault("/v1/fundamentals*", "sparse", None, salt=str(number), **KINDS[kind][1])
        asked, versions = sum(standin.counts().values()), _versions(home)
        outcome = _run(standin, home, today, tables)
        standin.lift()
        now = _filings(home, today)
        lost = sum(len(rows - now[name]) for name, rows in known.items())
        known = now
        requests = sum(standin.counts().values()) - asked
        yield Lived(kind, outcome, lost, requests, _versions(home) - versions, **_measured(home))


def assert_nights_are_good(lived: Sequence[Lived]) -> None:
    """Insist that no night lost anything or failed, and that what was delivered whole was taken."""
    assert [night for night in lived if night.lost] == []
    assert [night for night in lived if night.outcome not in ("made", "refused")] == []
    assert {night.outcome for night in lived if night.kind == "complete"} == {"made"}
    assert {night.outcome for night in lived if night.kind == "most silent"} == {"refused"}
    assert {night.kind for night in lived} == set(KINDS)


def assert_nights_do_not_grow(lived: Sequence[Lived]) -> None:
    """Insist that size, files and work of the last nights are those of the first ones after `SETTLED`.

    A year of twelve months brings new rows, and records have a row for each night: so much may be added.
    Files that nothing needs any more are deleted by a run that publishes.
    """
    assert_work_does_not_grow(lived)
    first, last = _halves(lived)
    assert mean(night.files for night in last) <= 1.1 * mean(night.files for night in first)


def assert_work_does_not_grow(lived: Sequence[Lived]) -> None:
    """Insist that the last nights ask, commit and record as much as the first ones, and add few bytes."""
    first, last = _halves(lived)
    growth = mean(night.size for night in last) - mean(night.size for night in first)
    assert growth / len(first) < BYTES_OF_A_NIGHT
    assert max(night.requests for night in last) <= 1.1 * max(night.requests for night in first)
    assert mean(night.commits for night in last) <= 1.1 * mean(night.commits for night in first)
    assert mean(night.events for night in last) <= 1.2 * mean(night.events for night in first)
    responses = last[-1].responses - first[0].responses
    assert responses / (len(first) + len(last)) < RESPONSES_OF_A_NIGHT


def _halves(lived: Sequence[Lived]) -> tuple[Sequence[Lived], Sequence[Lived]]:
    """Return the first and the last half of the nights after `SETTLED`."""
    late = lived[SETTLED:]
    return late[: len(late) // 2], late[-(len(late) // 2) :]


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
        return "refused"
    except SmallcapError as error:
        return f"{today}: {error}"
    return "made"


def _filings(home: Path, today: dt.date) -> dict[str, set[tuple[object, ...]]]:
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
    month = today.replace(day=1)
    found["raw.constituents"] = {key for key in found["raw.constituents"] if key[0] < month}  # type: ignore[operator]
    found["raw.prices"] = {(line, day.year, day.month) for line, day in found["raw.prices"]}  # type: ignore[attr-defined]
    return found


def _versions(home: Path) -> int:
    """Sum the versions of all tables, so that a difference counts commits."""
    folders = [folder for folder in (home / "lake").glob("*/*") if (folder / LOG_DIR).is_dir()]
    return sum(DeltaTable(folder).version() + 1 for folder in folders)


def _measured(home: Path) -> dict[str, int]:
    """Measure a home as `Lived` describes it."""
    sizes = {path: path.stat().st_size for path in home.rglob("*") if path.is_file()}
    responses = {path for path in sizes if path.is_relative_to(home / "snapshots")}
    events = {path for path in sizes if path.is_relative_to(home / "dagster")}
    own = sizes.keys() - responses - events
    return {
        "size": sum(sizes[path] for path in own),
        "files": len(own),
        "events": sum(sizes[path] for path in events),
        "responses": len(responses),
    }
