"""Which years a night asks for: those whose rows can still change, and those that missed nights left open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from smallcap.engine.lineage import FIRST_YEAR
from smallcap.errors import SmallcapError
from smallcap.health.runlines import read_lines
from smallcap.questions import open_publication
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.warehouse.reading import served_at

# The basis as_published of an as_of can change until this many days after it.
DAYS_UNTIL_FINAL = 163
EXPECTED = dt.timedelta(days=2)
"""Between two nights that both ended well there is less than this."""


@dataclass(frozen=True)
class NightYears:
    """The years of a night.

    Attributes
    ----------
    first, last
        The range of years.
    told
        What is to be said of missed nights; empty where none was missed.
    """

    first: int
    last: int
    told: str


def years_of_night(settings: Settings, today: dt.date, now: dt.datetime) -> NightYears:
    """Choose the years of a night.

    Parameters
    ----------
    settings, today, now
        The settings of the home, the day of the night, and the time, UTC.
    """
    last_good = last_good_run(settings)
    unsettled = unsettled_since(settings)
    if unsettled is None and last_good is not None:
        unsettled = last_good.date() - dt.timedelta(days=DAYS_UNTIL_FINAL)
    first, last = years_that_can_change(today, open_source(settings, None).clock, unsettled)
    if last_good is None or now - last_good <= EXPECTED:
        return NightYears(first, last, "")
    nights, years = (now - last_good).days, str(first) if first == last else f"{first} to {last}"
    return NightYears(
        first,
        last,
        f"the last good run was at {last_good:%Y-%m-%d %H:%M} UTC, {nights} nights ago; this one run makes "
        f"what the missed nights would have made, in {years}",
    )


def years_that_can_change(
    today: dt.date, clock: dt.date, unsettled: dt.date | None = None
) -> tuple[int, int]:
    """Return the first and last year whose rows can change.

    Parameters
    ----------
    today
        The night of the run.
    clock
        The day up to which the source knows; a source whose clock has stopped changes nothing later.
    unsettled
        The earliest published date that could still change when it was made: after a long outage, the end
        of an old year is made too. None where it is not known.
    """
    known = min(today, clock)
    since = known - dt.timedelta(days=DAYS_UNTIL_FINAL)
    if unsettled is not None:
        since = min(since, unsettled)
    return max(FIRST_YEAR, since.year), known.year


def last_good_run(settings: Settings) -> dt.datetime | None:
    """Return when a run last ended well, by the log of runs, else when what is served was published; UTC."""
    good = [line.moment for line in read_lines(settings.home) if line.is_good]
    return max(good) if good else served_at(settings.warehouse_dir)


def unsettled_since(settings: Settings) -> dt.date | None:
    """Return the earliest published date that was not final when it was made; None where that is not known.

    It is read from the rows, not from the log of runs: a run for another year that ended well meanwhile does
    not hide what missed nights left open.
    """
    try:
        with open_publication(settings.warehouse_dir) as publication:
            found: dt.date | None = publication.ask("unsettled_since")[0]["unsettled_since"]
            return found
    except SmallcapError:
        return None
