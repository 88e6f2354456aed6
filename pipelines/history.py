"""Dagster's history of runs in a home: finished runs are deleted, except the newest and those in use."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.schema import RunTagsTable, SnapshotsTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage

FILE_ENDINGS = ("", "-wal", "-shm", "-journal")
"""SQLite's files of one database, after its name."""


def prune_history(instance: dg.DagsterInstance, keep_runs: int, in_use: Collection[str]) -> list[str]:
    """Delete finished runs with all their events.

    Parameters
    ----------
    instance
        The home's Dagster instance.
    keep_runs
        The newest runs that stay.
    in_use
        Other runs that stay, because they wrote what is stored: Dagster's pages show the years of a table
        from the events of these runs.

    Returns
    -------
    list of str
        The runs deleted.
    """
    kept = {*instance.get_run_ids(limit=keep_runs), *in_use}
    finished = instance.get_run_ids(dg.RunsFilter(statuses=list(FINISHED_STATUSES)))
    old = [run_id for run_id in finished if run_id not in kept]
    snapshots = _snapshots_of(instance, [instance.get_run_by_id(run_id) for run_id in old])
    for run_id in old:
        _delete(instance, run_id)
    if old and isinstance(instance.run_storage, SqlRunStorage):
        used = _snapshots_of(instance, instance.get_runs())
        with instance.run_storage.connect() as connection:
            unused = SnapshotsTable.c.snapshot_id.in_(snapshots - used)
            connection.execute(SnapshotsTable.delete().where(unused))
    return old


def _snapshots_of(instance: dg.DagsterInstance, runs: Iterable[dg.DagsterRun | None]) -> set[str]:
    """Return the snapshots of job and plan that runs refer to; runs of one plan share them.

    A run of some tables alone has a job of its own, whose snapshot refers to that of the whole job.
    """
    there = [run for run in runs if run is not None]
    jobs = {run.job_snapshot_id for run in there if run.job_snapshot_id is not None}
    found = jobs | {run.execution_plan_snapshot_id for run in there}
    # A snapshot of a job is large: each is read once, not once for every run.
    for job in filter(instance.has_job_snapshot, jobs):
        lineage = instance.get_job_snapshot(job).lineage_snapshot
        found.add(None if lineage is None else lineage.parent_snapshot_id)
    return {snapshot for snapshot in found if snapshot is not None}


def _delete(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete a run, its events, and what Dagster's own deletion of a run leaves behind."""
    log = instance.event_log_storage
    if isinstance(log, SqliteEventLogStorage):
        # The events of a run are a file: deleting them from it one by one would take far longer.
        with log.index_connection() as connection:
            log.delete_events_for_run(connection, run_id)
        for ending in FILE_ENDINGS:
            Path(f"{log.path_for_shard(run_id)}{ending}").unlink(missing_ok=True)
    else:
        log.delete_events(run_id)
    if isinstance(log, SqlEventLogStorage):
        with log.index_connection() as connection:
            is_of_run = AssetCheckExecutionsTable.c.run_id == run_id
            connection.execute(AssetCheckExecutionsTable.delete().where(is_of_run))
    runs = instance.run_storage
    if isinstance(runs, SqlRunStorage):
        with runs.connect() as connection:
            connection.execute(RunTagsTable.delete().where(RunTagsTable.c.run_id == run_id))
    runs.delete_run(run_id)
    shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
