"""The system's clock, compared with the newest record of a home: a clock that went back is refused.

Under such a clock, payloads would seem to come from the future, and the newest run would not be the last.
"""

from __future__ import annotations

import datetime as dt

from smallcap.errors import InputError, SmallcapError
from smallcap.lake.home import Home
from smallcap.utc import utc_now


def require_clock(home: Home, served_at: dt.datetime | None) -> None:
    """Refuse a run under a clock that is behind the newest record of the home.

    Parameters
    ----------
    home
        The home; the setting `clock_tolerance_minutes` says how far behind the clock may be. Clocks are
        corrected by seconds, and those of two machines that share a home differ by less than a minute.
    served_at
        When the served catalogue was published, UTC; None where none is.

    Raises
    ------
    InputError
        Naming both times, and what to do.
    """
    now, newest = utc_now(), max([*_times_of_runs(home), *([served_at] if served_at else [])], default=None)
    behind = newest - now if newest is not None else dt.timedelta(0)
    if behind <= dt.timedelta(minutes=home.settings.clock_tolerance_minutes):
        return
    minutes = int(behind.total_seconds() // 60) + 1
    raise InputError(
        f"the system's clock says {now:%Y-%m-%d %H:%M:%S} UTC, and the newest record of the home {home.path} "
        f"is of {newest:%Y-%m-%d %H:%M:%S} UTC. Correct the clock, and run again. If the clock was wrong "
        f"when that record was written, allow the difference: SMALLCAP_CLOCK_TOLERANCE_MINUTES={minutes}"
    )


def _times_of_runs(home: Home) -> list[dt.datetime]:
    """Return the newest times of the recorded runs; none where the record is damaged."""
    try:
        runs = home.records.read("meta.runs")
    except SmallcapError:
        return []
    times = [runs[column].max() for column in ("started_at", "finished_at")]
    return [time for time in times if isinstance(time, dt.datetime)]
