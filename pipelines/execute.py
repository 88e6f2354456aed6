"""Running the job in this process, and turning whatever failed into one explained error."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from smallcap.assets.table_asset import asset_key
from smallcap.errors import AuditError, SmallcapError
from smallcap.lake import Home
from smallcap.pipelines.asked_by import COMMAND_TAG, RANGE_END_TAG, RANGE_START_TAG
from smallcap.pipelines.event_log import kept_open
from smallcap.pipelines.instance import DATABASE_ERRORS, open_instance, unusable
from smallcap.pipelines.location import REFRESH_JOB, build_definitions
from smallcap.pipelines.resources import AS_OF_TAG, FORCE_TAG
from smallcap.pipelines.shortage import explained_shortage, links_of
from smallcap.pipelines.signals import ending_in, work_apart
from smallcap.settings import Settings

# The command shows its own progress; Dagster's events stay in the home.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
STOP_SECONDS = 20.0
"""How long a run may take from a signal to its next safe point; then it ends like one that is killed."""
WHAT_A_STOP_LEAVES = (
    "; what was published before is still served, and the next run undoes what this one left unfinished"
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
    shortage = explained_shortage(error)
    if shortage is not None:
        return shortage
    for link in links_of(error):
        if isinstance(link, SmallcapError):
            return link
        if type(link).__name__ == "DagsterAssetCheckFailedError":
            found = _failed_checks(home, run_id) or " ".join(str(link).split())
            return AuditError(f"{found}; nothing new is published, what was published before is still served")
        if type(link).__name__ in DATABASE_ERRORS:
            return unusable(home.settings, link)
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
