"""The command `night`: one unattended night: which years, retries within a window, then health and alerts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.health.runlines import read_lines
from smallcap.lake.records import utc_now
from smallcap.pipelines.schedules import years_that_can_change
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.warehouse.reading import served_at

FIRST_WAIT = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(minutes=30)
EXPECTED = dt.timedelta(days=2)
"""Between two nights that both ended well there is less than this."""


def years_of_night(settings: Settings, today: dt.date, err: Console) -> tuple[int, int]:
    """Return the years that a night asks for, and say plainly where nights were missed.

    Parameters
    ----------
    settings
        The settings.
    today
        The day of the night.
    err
        Where it is said.
    """
    last_good = last_good_run(settings)
    if last_good is not None and utc_now() - last_good > EXPECTED:
        told = f"the last good run was at {last_good:%Y-%m-%d %H:%M} UTC; the missed nights are caught up"
        err.print(escape(told), highlight=False, soft_wrap=True)
    since = last_good.date() if last_good is not None else None
    return years_that_can_change(today, open_source(settings, None).clock, since)


def last_good_run(settings: Settings) -> dt.datetime | None:
    """Return when a run last ended well, by the log of runs, else when what is served was published; UTC."""
    good = [line.moment for line in read_lines(settings.home) if line.is_good]
    return good[-1] if good else served_at(settings.warehouse_dir)


def retried(
    work: Callable[[], None],
    window: dt.timedelta,
    err: Console,
    *,
    now: Callable[[], dt.datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Do the work; where a source asks to try later, wait and do it again while the window is open.

    Waits double from two minutes to half an hour; where the source says when it answers again, that is waited
    for. What was fetched is kept, so that each attempt goes on where the one before ended.

    Parameters
    ----------
    work
        What is done.
    window
        How long after the beginning a new attempt may begin.
    err
        Where each wait is said, with its time.
    now, sleep
        The clock and the wait; replaced in tests.

    Raises
    ------
    SmallcapError
        Another error at once; that of the last attempt where the window is over.
    """
    end = now() + window
    wait = FIRST_WAIT
    while True:
        try:
            work()
            return
        except SmallcapError as error:
            if error.exit_code is not ExitCode.LATER:
                raise
            again = max(now() + wait, getattr(error, "resumes_at", None) or now())
            if again > end:
                raise
            told = f"{error}; tried again at {again:%H:%M} UTC (the window of this night ends at {end:%H:%M})"
            err.print(f"[yellow]later:[/] {escape(told)}", highlight=False, soft_wrap=True)
        sleep(max((again - now()).total_seconds(), 0))
        wait = min(2 * wait, LONGEST_WAIT)
