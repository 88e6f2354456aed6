"""Running the job in this process, and turning whatever failed into one explained error."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Sequence

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from smallcap.assets.table_asset import asset_key
from smallcap.errors import AuditError, InputError, SmallcapError
from smallcap.lake import Home
from smallcap.pipelines.event_log import kept_open
from smallcap.pipelines.location import REFRESH_JOB, build_definitions
from smallcap.pipelines.resources import AS_OF_TAG, COMMAND_TAG, FORCE_TAG, RANGE_END_TAG, RANGE_START_TAG
from smallcap.pipelines.signals import ending_in, work_apart
from smallcap.private_files import make_private
from smallcap.settings import DAGSTER_YAML, Settings

# The command shows its own progress; Dagster's events stay in the home.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Dagster captures what a step writes by redirecting the process's own standard output and error to files that
# other processes follow. A run of the command has a terminal, or what the caller redirected; a bar cannot be
# drawn through such a file, and Ctrl-C reaches those other processes too. Runs that the UI starts are
# captured as always.
UNCAPTURED = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
DAMAGED_DATABASE = "DatabaseError"
"""The class of errors of a database that is none; others of the library are subclasses with other names."""

STOP_SECONDS = 20.0
"""How long a run may take from a signal to its next safe point; then it ends like one that is killed."""
WHAT_A_STOP_LEAVES = (
    "; what was published before is still served, and the next run undoes what this one left unfinished"
)


def open_instance(settings: Settings, *, is_captured: bool = True) -> dg.DagsterInstance:
    """Open the home's own Dagster instance, with the home's dagster.yaml.

    A home without one is given the project's; what a person changed in it stays.

    Parameters
    ----------
    settings
        The settings.
    is_captured
        Whether Dagster captures what steps write to standard output and error.

    Raises
    ------
    InputError
        When the home cannot be written to, or Dagster refuses its dagster.yaml.
    """
    configuration = settings.dagster_dir / DAGSTER_YAML.name
    try:
        make_private(settings.dagster_dir)
        if not configuration.exists():
            shutil.copyfile(DAGSTER_YAML, configuration)
    except OSError as error:
        raise InputError(
            f"the home {settings.home} cannot be written to ({error.strerror}); choose another "
            f"with --home or SMALLCAP_HOME"
        ) from None
    overrides = None if is_captured else UNCAPTURED
    try:
        return dg.DagsterInstance.from_ref(
            InstanceRef.from_dir(str(settings.dagster_dir), overrides=overrides)
        )
    # Dagster, its parser of YAML and its database raise errors of many classes.
    except Exception as error:
        raise _unusable(settings, error) from None


def _unusable(settings: Settings, error: BaseException) -> InputError:
    """Say that Dagster's folder in a home cannot be used, and what to do."""
    return InputError(
        f"Dagster cannot use {settings.dagster_dir} ({' '.join(str(error).split())}). Correct its "
        f"{DAGSTER_YAML.name}, or remove the folder: it holds Dagster's history of runs only, and the next "
        f"command makes it again"
    )


def run_years(
    settings: Settings,
    first: int,
    last: int,
    as_of: dt.date | None = None,
    tables: Sequence[str] | None = None,
    command: str = "",
    *,
    is_forced: bool = False,
) -> str:
    """Make a range of years, check and publish it, all in this process.

    Parameters
    ----------
    settings
        The settings.
    first, last
        The range of years.
    as_of
        The date that is requested; None makes every month end that the source knows.
    tables
        Make only these tables; None makes everything, with the published warehouse.
    command
        What was requested, for the records.
    is_forced
        Whether the years are made whether or not they are out of date.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    SmallcapError
        The explained error of the step that failed, or of the check that blocked.
    Stopped
        After a signal, at the next safe point.
    """
    run_id = str(uuid.uuid4())
    tags = {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last), COMMAND_TAG: command}
    if as_of is not None:
        tags[AS_OF_TAG] = as_of.isoformat()
    if is_forced:
        tags[FORCE_TAG] = "true"
    selection = None if tables is None else [asset_key(name) for name in tables]

    def execute() -> None:
        """Run the job in this process."""
        with open_instance(settings, is_captured=False) as instance, kept_open(instance):
            job = build_definitions(settings).resolve_job_def(REFRESH_JOB)
            job.execute_in_process(
                run_config=QUIET, instance=instance, run_id=run_id, tags=tags, asset_selection=selection
            )

    try:
        with ending_in(STOP_SECONDS, WHAT_A_STOP_LEAVES):
            work_apart(execute)
    except Exception as error:
        raise explain(error, Home(settings), run_id) from error
    return run_id


def explain(error: BaseException, home: Home, run_id: str) -> SmallcapError:
    """Find the explained error behind what Dagster raised.

    A check that blocked becomes one that says which, and what it found.

    An unexpected error keeps its own message.
    """
    link: BaseException | None = error
    seen: set[int] = set()
    # An error that is raised again while its own cause is handled is part of its own chain: a ring without an
    # end.
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        if isinstance(link, SmallcapError):
            return link
        if type(link).__name__ == "DagsterAssetCheckFailedError":
            found = _failed_checks(home, run_id) or " ".join(str(link).split())
            return AuditError(f"{found}; nothing new is published, what was published before is still served")
        if type(link).__name__ == DAMAGED_DATABASE:
            return _unusable(home.settings, link)
        link = link.__cause__ or link.__context__
    return SmallcapError(
        f"{type(error).__name__}: {error}; the traceback is in the run's log, which `smallcap ui` shows"
    )


def _failed_checks(home: Home, run_id: str) -> str:
    checks = (
        home.records.read("meta.checks")
        .filter(run_id=run_id, status="failed")
        .select("table_name", "check_name", "message")
    )
    return "; ".join(
        f"check {check} of {table} failed: {message}" for table, check, message in checks.iter_rows()
    )
