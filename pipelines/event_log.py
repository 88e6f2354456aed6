"""Dagster's event log while a run lasts: its SQLite files stay open. What is written there is Dagster's own business."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage


@contextmanager
def kept_open(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Hold a connection to the log of a run and to the index of all logs.

    Dagster opens and closes a file for every event; whoever closes it last flushes its write-ahead log and deletes it. With
    a connection that stays, nobody is last, and an event costs half.

    Parameters
    ----------
    instance
        Dagster's instance; one that keeps its events elsewhere than in SQLite is left alone.
    run_id
        The run that is about to begin.
    """
    with ExitStack() as stack:
        log = instance.event_log_storage
        if isinstance(log, SqliteEventLogStorage):
            for shard in (INDEX_SHARD_NAME, run_id):
                connection = stack.enter_context(closing(sqlite3.connect(log.path_for_shard(shard), check_same_thread=False)))
                connection.execute("PRAGMA journal_mode = WAL")
                # A connection takes part in the write-ahead log from its first reading on.
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield
