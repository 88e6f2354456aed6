"""A Dagster location of a fleet: a job with a partition per home, and a sensor that starts it.

It is apart from the location of a home. What runs its jobs (processes, containers, tasks of a cluster) is the
run launcher of the deployment.
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from smallcap.engine.unchanged import state_of
from smallcap.errors import InputError, SmallcapError
from smallcap.fleet.local import LocalPool
from smallcap.fleet.outcomes import PUBLISHED
from smallcap.fleet.running import run_fleet
from smallcap.fleet.tasks import Task, tasks_of
from smallcap.settings import Settings

FLEET_JOB = "fleet"
HOME_TAG = "smallcap/home"
HOMES = dg.DynamicPartitionsDefinition(name="fleet_homes")
"""The homes of the fleet file; the sensor keeps them as the file has them."""


def build_fleet(settings: Settings) -> dg.Definitions:
    """Assemble the location of a fleet.

    Parameters
    ----------
    settings
        The settings; `fleet_file` and `fleet_root` name the fleet.

    Raises
    ------
    InputError
        When one of them is not set.
    """
    if settings.fleet_file is None or settings.fleet_root is None:
        raise InputError(
            "set SMALLCAP_FLEET_FILE and SMALLCAP_FLEET_ROOT, the fleet file and the folder of its homes"
        )
    file, root = settings.fleet_file.absolute(), settings.fleet_root.absolute()
    job = _job(file, root)
    return dg.Definitions(jobs=[job], sensors=[_sensor(job, file, root)])


def _job(file: Path, root: Path) -> dg.JobDefinition:
    @dg.op(description="Make one home by a process of the command `smallcap run`; its log is below the root.")
    def make_home(context: dg.OpExecutionContext) -> None:
        """Make the home of the run's partition."""
        task = _task(file, root, context.partition_key)
        (outcome,) = run_fleet([task], root, LocalPool(1), lambda outcome: None, context.log.info)
        told = f"home {task.name} ended with exit code {outcome.exit_code} after {outcome.seconds:.0f} s"
        if outcome.exit_code not in PUBLISHED:
            raise dg.Failure(f"{told}; log {task.log}", allow_retries=False)
        context.log.info(told)

    @dg.job(
        name=FLEET_JOB,
        partitions_def=HOMES,
        executor_def=dg.in_process_executor,
        description="One home of the fleet per partition, each by the command that a person would run.",
    )
    def fleet() -> None:
        """Make one home."""
        make_home()

    return fleet


def _sensor(job: dg.JobDefinition, file: Path, root: Path) -> dg.SensorDefinition:
    @dg.sensor(
        name="fleet_homes",
        job=job,
        minimum_interval_seconds=60,
        description="Keeps one partition per home of the fleet file, and starts those that are not current.",
    )
    def fleet_homes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Compare the fleet file with the partitions and the homes."""
        try:
            tasks = tasks_of(file, root)
        except SmallcapError as error:
            return dg.SkipReason(str(error))
        names = [task.name for task in tasks]
        known = context.instance.get_dynamic_partitions(HOMES.name or "")
        return dg.SensorResult(
            # A partition that is new is there for the next tick.
            run_requests=list(_requests([task for task in tasks if task.name in known])),
            dynamic_partitions_requests=[
                HOMES.build_add_request([name for name in names if name not in known]),
                HOMES.build_delete_request([name for name in known if name not in names]),
            ],
        )

    return fleet_homes


def _requests(tasks: list[Task]) -> Iterator[dg.RunRequest]:
    """Ask for each home that is not current, once for the state that everything is in."""
    for task in tasks:
        if not task.is_current():
            key = f"{task.name} {state_of(task.settings)}"
            yield dg.RunRequest(run_key=key, partition_key=task.name, tags={HOME_TAG: task.name})


def _task(file: Path, root: Path, name: str) -> Task:
    for task in tasks_of(file, root):
        if task.name == name:
            return task
    raise dg.Failure(f"the fleet file {file} names no home '{name}' any more", allow_retries=False)
