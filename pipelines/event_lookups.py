"""What a run asks Dagster's event log over and over: the same answer is not read twice.

Each step reads the latest materialisation of every table that it depends on, and each event is stored after
looking whether the log has this table or that column. Both cost as much as the event itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import dagster as dg
from dagster._core.storage.event_log.base import AssetRecord
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import Connection

AskTags = Callable[..., Mapping[str, Mapping[str, str]]]


@contextmanager
def asked_once(instance: dg.DagsterInstance, log: SqliteEventLogStorage) -> Iterator[KnownAssets]:
    """Answer from memory what was read before, as long as this lasts.

    Parameters
    ----------
    instance, log
        Dagster's instance and its event log.

    Yields
    ------
    KnownAssets
        What is known of each asset, to be forgotten when an event of it is stored.
    """
    known = KnownAssets(instance.get_asset_records, log.get_latest_tags_by_partition)
    # There is no public hook; the release of Dagster is pinned, and a test holds it to what is used here.
    instance.get_asset_records = known.records  # type: ignore[method-assign]
    log.get_latest_tags_by_partition = known.tags  # type: ignore[method-assign]
    # Tables and columns stay as they are while a run has the files open.
    log.has_table = cache(log.has_table)  # type: ignore[method-assign]
    log._has_asset_key_col_on_connection = _by_name(  # type: ignore[assignment, method-assign]
        log._has_asset_key_col_on_connection
    )
    try:
        yield known
    finally:
        del instance.get_asset_records
        del log.get_latest_tags_by_partition
        del log.has_table, log._has_asset_key_col_on_connection


def _by_name(ask: Callable[[Connection, str], bool]) -> Callable[[Connection, str], bool]:
    known: dict[str, bool] = {}

    def has_column(connection: Connection, name: str) -> bool:
        """Whether the table of assets has a column."""
        if name not in known:
            known[name] = ask(connection, name)
        return known[name]

    return has_column


class KnownAssets:
    """The answers about each asset, until an event of that asset is stored.

    A home has one writer at a time, so that nobody else stores such an event meanwhile.

    Parameters
    ----------
    records
        Reads the records of assets.
    tags
        Reads the latest tags of an asset by partition.
    """

    def __init__(self, records: Callable[..., Sequence[AssetRecord]], tags: AskTags) -> None:
        self._ask_records, self._ask_tags = records, tags
        self._records: dict[dg.AssetKey, AssetRecord | None] = {}
        self._tags: dict[dg.AssetKey, dict[str, Mapping[str, Mapping[str, str]]]] = {}

    def forget(self, key: dg.AssetKey) -> None:
        """Forget what is known of an asset."""
        self._records.pop(key, None)
        self._tags.pop(key, None)

    def records(self, asset_keys: Sequence[dg.AssetKey] | None = None) -> Sequence[AssetRecord]:
        """Return the records of assets; those that are not known are read in one query."""
        if asset_keys is None:
            return self._ask_records(None)
        unknown = [key for key in asset_keys if key not in self._records]
        if unknown:
            found = {record.asset_entry.asset_key: record for record in self._ask_records(unknown)}
            self._records |= {key: found.get(key) for key in unknown}
        return [record for key in asset_keys if (record := self._records[key]) is not None]

    def tags(self, asset_key: dg.AssetKey, *asked: object, **by_name: object) -> Mapping[str, Any]:
        """Return the latest tags of an asset by partition."""
        known, question = self._tags.setdefault(asset_key, {}), repr((asked, sorted(by_name.items())))
        if question not in known:
            known[question] = self._ask_tags(asset_key, *asked, **by_name)
        return known[question]
