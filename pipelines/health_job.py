"""When the health of the home is judged in Dagster: an hourly job, and a sensor of failed runs."""

from typing import TYPE_CHECKING

import dagster as dg

from smallcap.health.look import health_of, tell_changes
from smallcap.pipelines.health_asset import HEALTH_KEY
from smallcap.settings import Settings

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

HEALTH_JOB = "health"


def health_job(settings: Settings) -> "tuple[UnresolvedAssetJobDefinition, dg.ScheduleDefinition]":
    """Make the job of the asset and its schedule: hourly, on where the nightly schedule is on."""
    job = dg.define_asset_job(
        HEALTH_JOB,
        selection=dg.AssetSelection.assets(HEALTH_KEY),
        description="Judge the health of the home, write its metrics, tell what began or ended.",
        executor_def=dg.in_process_executor,
    )
    status = dg.DefaultScheduleStatus
    schedule = dg.ScheduleDefinition(
        name="hourly_health",
        job=job,
        cron_schedule="15 * * * *",
        execution_timezone="America/New_York",
        default_status=status.RUNNING if settings.is_schedule_on else status.STOPPED,
        description="Looks at the health of the home each hour.",
    )
    return job, schedule


def failure_sensor(settings: Settings, job_name: str) -> dg.SensorDefinition:
    """Make the sensor that tells at once of a run that failed, where somebody is named to be told."""
    is_on = settings.is_schedule_on and settings.alert_urls is not None
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.run_failure_sensor(
        name="failed_runs", default_status=status, description="Tells of a run that failed, with its remedy."
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        """Look at the health, which names the run that failed."""
        if context.dagster_run.job_name == job_name and settings.alert_urls is not None:
            tell_changes(settings, health_of(settings))

    return failed_runs
