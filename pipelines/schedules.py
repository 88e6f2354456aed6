"""The nightly schedule: what can still change is made again; off until a setting switches it on."""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg

from smallcap.exit_codes import ExitCode
from smallcap.health.runlines import RunLine, read_lines
from smallcap.pipelines.asked_by import RANGE_END_TAG, RANGE_START_TAG, SCHEDULE_COMMAND
from smallcap.pipelines.night_years import years_of_night
from smallcap.settings import Settings

NIGHTLY = "nightly"
ZONE = "America/New_York"
TICKS = ("30 2 * * *", "0,30 3-5 * * *")
"""The night begins at 02:30; a source that stumbled is asked again each half hour until 05:30."""
DESCRIPTION = (
    "Refreshes what can still change, audits, publishes. Switched on by SMALLCAP_IS_SCHEDULE_ON=true."
)


def nightly_schedule(job_name: str, settings: Settings) -> dg.ScheduleDefinition:
    """Make the nightly schedule.

    It requests the running year and every year with a date that is not final; years that late rows make
    stale follow by themselves, because a run makes whatever is out of date.

    Each tick of a night requests a run with a key: that of the night, or, where the night's run ended with
    exit code 8, one of this try. Dagster runs a key once. So it does not matter which of the ticks come:
    after an outage only the latest one does, and it makes what the missed nights would have made.
    """
    status = dg.DefaultScheduleStatus

    @dg.schedule(
        name=NIGHTLY,
        job_name=job_name,
        cron_schedule=TICKS,
        execution_timezone=ZONE,
        default_status=status.RUNNING if settings.is_schedule_on else status.STOPPED,
        description=DESCRIPTION,
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Request the years that can change as of the scheduled night."""
        tick = in_zone(context.scheduled_execution_time)
        line = run_of_night(read_lines(settings.home), tick)
        if line is not None and line.exit_code != ExitCode.LATER:
            return dg.SkipReason(f"this night's run ended at {line.at} UTC with exit code {line.exit_code}")
        years = years_of_night(settings, tick.date(), tick.astimezone(dt.UTC).replace(tzinfo=None))
        if years.told:
            context.log.info(years.told)
        key = f"{tick.date()}" if line is None else f"{tick.date()} after {line.at}"
        tags = {RANGE_START_TAG: str(years.first), RANGE_END_TAG: str(years.last)}
        return dg.RunRequest(run_key=key, tags=tags)

    return nightly


def in_zone(moment: dt.datetime) -> dt.datetime:
    """Return a time by New York's clock; one without a zone is already."""
    zone = ZoneInfo(ZONE)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def run_of_night(lines: list[RunLine], tick: dt.datetime) -> RunLine | None:
    """Return the last run that this schedule asked for since the midnight before a tick; None without one."""
    midnight = tick.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    since = midnight.astimezone(dt.UTC).replace(tzinfo=None)
    command = SCHEDULE_COMMAND.format(NIGHTLY)
    own = [line for line in lines if line.command == command and line.moment >= since]
    return own[-1] if own else None
