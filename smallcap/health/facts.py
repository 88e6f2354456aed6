"""What is known of a home's health, gathered from its publication, its log and the machine."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smallcap.errors import SmallcapError
from smallcap.health.runlines import RunLine, read_lines
from smallcap.lake.home import Home
from smallcap.questions import open_publication
from smallcap.rules.types.freshness import FilingLimits
from smallcap.settings import Settings
from smallcap.sources.live import quota_of


@dataclass(frozen=True)
class QuotaFact:
    """Requests that a source allows a day, and how many are left."""

    source: str
    allowed: int
    left: int


@dataclass(frozen=True)
class HealthFacts:
    """What a home's health is judged by.

    Attributes
    ----------
    day
        The day on which the health is asked.
    now
        The time of the system's clock, UTC.
    is_live
        Whether the source's data go on: ages of synthetic data mean nothing.
    published_at, dates
        When what is served was published, and its newest dates by name; None and empty where nothing is.
    unreadable
        Why what is published cannot be read; empty where it can.
    factor_vintage
        The newest vintage of the factors; empty where none is published.
    clock_tolerance
        How far the clock may be behind a record.
    list_unchanged_since
        The first list with the members of the newest; None where only one list is known.
    filings
        Filings of the last days, and of the same days of each earlier year.
    lines
        The log of runs, oldest first.
    unfinished
        Whether a run was ended before it had finished, and nobody is writing.
    free_bytes
        Free space where the home is.
    quotas
        Requests that are left of each source with a limit.
    """

    day: dt.date
    now: dt.datetime
    is_live: bool
    published_at: dt.datetime | None
    dates: Mapping[str, dt.date]
    unreadable: str
    factor_vintage: str
    clock_tolerance: dt.timedelta
    list_unchanged_since: dt.date | None
    filings: Sequence[int]
    lines: Sequence[RunLine]
    unfinished: bool
    free_bytes: int
    quotas: Sequence[QuotaFact]


DATES = ("as_of", "list", "filing", "price", "factors")


def gather(settings: Settings, limits: FilingLimits, now: dt.datetime) -> HealthFacts:
    """Gather what is known of a home's health; what cannot be read is a fact too, no error.

    Parameters
    ----------
    settings
        The settings of the home.
    limits
        Which filings are compared.
    now
        The time, UTC; the setting `clock` replaces its day.

    Returns
    -------
    HealthFacts
        The facts.
    """
    day = settings.clock or now.date()
    home = Home(settings)
    published_at: dt.datetime | None = None
    dates: dict[str, dt.date] = {}
    unchanged: dt.date | None = None
    filings: list[int] = []
    unreadable = vintage = ""
    try:
        with open_publication(settings.warehouse_dir) as publication:
            published_at = publication.ask("headline")[0]["built_at"]
            newest = publication.ask("health_dates")[0]
            dates = {name: newest[name] for name in DATES if newest[name] is not None}
            vintage = str(newest["factor_vintage"] or "")
            lists = publication.ask("health_list_change")[0]
            unchanged = lists["unchanged_since"] if lists["lists"] > 1 else None
            asked = {"day": day, "days": limits.days, "years": limits.years}
            filings = [row["filings"] for row in publication.ask("health_filings", **asked)]
    except SmallcapError as error:
        unreadable = str(error)
    return HealthFacts(
        day=day,
        now=now,
        is_live=settings.preset != "sample",
        published_at=published_at,
        dates=dates,
        unreadable=unreadable,
        factor_vintage=vintage,
        clock_tolerance=dt.timedelta(minutes=settings.clock_tolerance_minutes),
        list_unchanged_since=unchanged,
        filings=filings,
        lines=read_lines(settings.home),
        unfinished=home.was_run_ended(),
        free_bytes=_free_bytes(settings.home),
        quotas=_quotas(settings),
    )


def _free_bytes(home: Path) -> int:
    folder = next(path for path in (home, *home.parents) if path.is_dir())
    return shutil.disk_usage(folder).free


def _quotas(settings: Settings) -> list[QuotaFact]:
    """Return what is left of the day's requests, for each source that limits them."""
    quota = quota_of(settings)
    left = {source: quota.left(source).today for source in quota.limits}
    return [
        QuotaFact(source, limit.per_day, today)
        for source, limit in quota.limits.items()
        if limit.per_day is not None and (today := left[source]) is not None
    ]
