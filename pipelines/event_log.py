"""Dagster's event log during a run: its files stay open, and it is asked and told what is new alone.

The SQLite files are not closed after each event, what was read is not read again, a check is planned once for
all years, and what a step reads makes no events of its own. Everything else that is written is Dagster's own
decision.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.pool import QueuePool

from smallcap.pipelines.event_lookups import KnownAssets, asked_once

BUSY_SECONDS = 30
"""How long to wait for another writer of the same file: as long as Dagster itself waits."""

NOT_STORED = (dg.DagsterEventType.LOADED_INPUT, dg.DagsterEventType.STEP_INPUT)
"""What a step reads is in the lineage; two events for each table that it reads say no more, and would be a
third of all.
"""

StoreEvent = Callable[[dg.EventLogEntry], None]
Connect = Callable[[str], AbstractContextManager[Connection]]
StoreCheck = Callable[[dg.EventLogEntry, int | None], None]


@contextmanager
def kept_open(instance: dg.DagsterInstance) -> Iterator[None]:
    """Keep one connection per file of the event log, as long as this lasts.

    Dagster makes a new engine and opens and closes a file several times for every event: its statements are
    recompiled each time, and whoever closes a file last flushes its write-ahead log and deletes it. With a
    connection that stays, an event costs less than half.

    Parameters
    ----------
    instance
        Dagster's instance; one that keeps its events elsewhere than in SQLite is left alone.
    """
    log = instance.event_log_storage
    if not isinstance(log, SqliteEventLogStorage):
        yield
        return
    engines: dict[str, Engine] = {}
    # There is no public hook; the release of Dagster is pinned, and a test holds it to what is used here.
    log._connect = _connect(log, log._connect, engines)  # type: ignore[assignment, method-assign]
    log.store_asset_check_event = _planned_once(log.store_asset_check_event)  # type: ignore[assignment, method-assign]
    try:
        with asked_once(instance, log) as known:
            log.store_event = _stored(log.store_event, known)  # type: ignore[assignment, method-assign]
            try:
                yield
            finally:
                del log.store_event
    finally:
        del log._connect, log.store_asset_check_event
        for engine in engines.values():
            engine.dispose()


def _stored(store: StoreEvent, known: KnownAssets) -> StoreEvent:
    def store_one(event: dg.EventLogEntry) -> None:
        """Store an event that says something of its own, and forget what was known of its asset."""
        told = event.dagster_event
        if told is not None and told.event_type in NOT_STORED:
            return
        store(event)
        if told is not None and told.asset_key is not None:
            known.forget(told.asset_key)

    return store_one


def plan_checks_once(instance: dg.DagsterInstance, run_id: str) -> None:
    """Leave one plan of each check of a run, without a year, where the run was planned in another process.

    Runs of the UI and of the schedule are planned by Dagster's web server and daemon before they begin.

    Parameters
    ----------
    instance
        Dagster's instance.
    run_id
        The run, none of whose checks has been evaluated yet.
    """
    log = instance.event_log_storage
    if not isinstance(log, SqlEventLogStorage):
        return
    plans = AssetCheckExecutionsTable
    is_open = (
        (plans.c.run_id == run_id)
        & (plans.c.execution_status == AssetCheckExecutionRecordStatus.PLANNED.value)
        & plans.c.partition.is_not(None)
    )
    first = select(func.min(plans.c.id)).where(is_open).group_by(plans.c.asset_key, plans.c.check_name)
    with log.index_connection() as connection:
        kept = [row[0] for row in connection.execute(first)]
        connection.execute(plans.delete().where(is_open, plans.c.id.not_in(kept)))
        connection.execute(plans.update().where(is_open).values(partition=None))


def _planned_once(store: StoreCheck) -> StoreCheck:
    """Plan a check once for all years of a run, as it is evaluated.

    Dagster plans a check without partitions for each year of the run, and looks for a plan without a year
    when it is evaluated. So the plans of the years stay open, and its pages call them skipped.
    """

    def store_once(event: dg.EventLogEntry, event_id: int | None) -> None:
        """Store an event of a check, a plan without its years."""
        told = event.dagster_event
        if told is not None and isinstance(told.event_specific_data, AssetCheckEvaluationPlanned):
            data = told.event_specific_data
            planned = AssetCheckEvaluationPlanned(asset_key=data.asset_key, check_name=data.check_name)
            event = event._replace(dagster_event=told._replace(event_specific_data=planned))
        store(event, event_id)

    return store_once


def _connect(log: SqliteEventLogStorage, connect_again: Connect, engines: dict[str, Engine]) -> Connect:
    @contextmanager
    def connect(shard: str) -> Iterator[Connection]:
        """Connect to a shard through its kept engine."""
        if shard not in engines:
            # The first time Dagster opens the file itself: it may have to make its tables.
            with connect_again(shard):
                pass
            engines[shard] = create_engine(
                log.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                connect_args={"timeout": BUSY_SECONDS},
            )
            event.listen(engines[shard], "connect", _commit_without_waiting)
        # Dagster's own lock: one connection at a time, from whichever thread.
        with log._db_lock, engines[shard].connect() as connection, connection.begin():
            yield connection

    return connect


def _commit_without_waiting(connection: sqlite3.Connection, _: object) -> None:
    """Let the system write commits to the disk when it likes; SQLite waits for it at checkpoints alone."""
    connection.execute("PRAGMA synchronous = NORMAL")
