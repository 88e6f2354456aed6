"""The command `night`: one unattended night: which years, retries within a window, then health and alerts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.pipelines.night_years import years_of_night
from smallcap.settings import Settings
from smallcap.utc import utc_now

FIRST_WAIT = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(minutes=30)


def years_told(settings: Settings, err: Console) -> tuple[int, int]:
    """Return the years that a night asks for, and say plainly where nights were missed.

    The day is that of UTC, as sources and records count it: the time zone of the machine changes nothing.
    """
    now = utc_now()
    years = years_of_night(settings, settings.clock or now.date(), now)
    if years.told:
        err.print(escape(years.told), highlight=False, soft_wrap=True)
    return years.first, years.last


def retried(
    work: Callable[[], None],
    window: dt.timedelta,
    err: Console,
    *,
    now: Callable[[], dt.datetime] = utc_now,
    elapsed: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Do the work; where a source asks to try later, wait and do it again while the window is open.

    Waits double from two minutes to half an hour; where the source says when it answers again, that is waited
    for. What was fetched is kept, so that each attempt goes on where the one before ended. The window is
    measured by a clock that nobody sets: the system's may be set back or ahead during the night.

    Parameters
    ----------
    work
        What is done.
    window
        How long after the beginning a new attempt may begin.
    err
        Where each wait is said, with its time.
    now, elapsed, sleep
        The system's clock, seconds of a clock that only goes on, and the wait; replaced in tests.

    Raises
    ------
    SmallcapError
        Another error at once; that of the last attempt where the window is over.
    """
    begun = elapsed()
    wait = FIRST_WAIT
    while True:
        try:
            work()
            return
        except SmallcapError as error:
            if error.exit_code is not ExitCode.LATER:
                raise
            pause = max(wait, _asked_wait(error, now()))
            left = window - dt.timedelta(seconds=elapsed() - begun)
            if pause > left:
                told = f"no further attempt in this night's window of {window}; the next night goes on"
                err.print(f"[yellow]later:[/] {told}", highlight=False, soft_wrap=True)
                raise
            told = (
                f"{error}; tried again at {now() + pause:%H:%M} UTC (the window of this night ends at "
                f"{now() + left:%H:%M})"
            )
            err.print(f"[yellow]later:[/] {escape(told)}", highlight=False, soft_wrap=True)
        sleep(pause.total_seconds())
        wait = min(2 * wait, LONGEST_WAIT)


def _asked_wait(error: SmallcapError, now: dt.datetime) -> dt.timedelta:
    """Return how long the source asks to wait; nothing where it does not say."""
    resumes_at: dt.datetime | None = getattr(error, "resumes_at", None)
    if resumes_at is None:
        return dt.timedelta(0)
    # Errors of sources have their time with its zone, records without.
    return resumes_at.astimezone(dt.UTC).replace(tzinfo=None) - now
