"""The nightly schedule: what can still change is made again; off until a setting switches it on."""

import datetime as dt

import dagster as dg

from smallcap.engine.lineage import FIRST_YEAR
from smallcap.pipelines.resources import RANGE_END_TAG, RANGE_START_TAG
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.warehouse.reading import served_at

# The basis as_published of an as_of can change until this many days after it.
DAYS_UNTIL_FINAL = 163
DESCRIPTION = (
    "Refreshes what can still change, audits, publishes. Switched on by SMALLCAP_IS_SCHEDULE_ON=true."
)


def nightly_schedule(job_name: str, settings: Settings) -> dg.ScheduleDefinition:
    """Make the nightly schedule.

    It requests the running year and every year with an as_of in the 163 days before the last publication;
    years that late rows make stale follow by themselves, because a run makes whatever is out of date.
    """
    status = dg.DefaultScheduleStatus

    @dg.schedule(
        name="nightly",
        job_name=job_name,
        cron_schedule="30 2 * * *",
        execution_timezone="America/New_York",
        default_status=status.RUNNING if settings.is_schedule_on else status.STOPPED,
        description=DESCRIPTION,
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        """Request the years that can change as of the scheduled night."""
        night = context.scheduled_execution_time
        served = served_at(settings.warehouse_dir)
        last_good = served.date() if served is not None else None
        first, last = years_that_can_change(night.date(), open_source(settings, None).clock, last_good)
        tags = {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)}
        return dg.RunRequest(run_key=night.isoformat(), tags=tags)

    return nightly


def years_that_can_change(
    today: dt.date, clock: dt.date, last_good: dt.date | None = None
) -> tuple[int, int]:
    """Return the first and last year whose rows can change, or can have changed since the last good run.

    Parameters
    ----------
    today
        The night of the run.
    clock
        The day up to which the source knows; a source whose clock has stopped changes nothing later.
    last_good
        The day of the last good run: after a long outage, the end of an old year is made too. None where it
        is not known.
    """
    known = min(today, clock)
    since = min(known, last_good) if last_good is not None else known
    return max(FIRST_YEAR, (since - dt.timedelta(days=DAYS_UNTIL_FINAL)).year), known.year
