"""Deleting what no version of a table that is in use needs: data files, stamps, commits and checkpoints.

A version is in use if it is the newest, was the newest within the last days, or something names it: a kept
catalogue, a report, or what an undo would bring back. Nothing is committed: deleting changes no version.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from deltalake import DeltaTable

from smallcap.lake.delta import open_delta, reading, writing
from smallcap.lake.log_files import LogFiles
from smallcap.lake.reader import LakeReader
from smallcap.lake.stamp_files import APPLICATION, STAMPS_DIR, actions, commit_file, read_commit, stamp_file

InUse = Mapping[str, Mapping[int, Collection[Path]]]
"""For each table, the versions that something names; with each the files of it, where they are known."""
SECONDS_A_DAY = 86_400


def clean_tables(lake: LakeReader, names: Iterable[str], days: int, in_use: InUse) -> int:
    """Delete what no version in use of these tables needs.

    Parameters
    ----------
    lake
        The lake.
    names
        The tables.
    days
        Versions that were the newest within so many days stay.
    in_use
        Other versions that stay.

    Returns
    -------
    int
        Data files deleted.

    Raises
    ------
    InputError
        When a file cannot be deleted, or a checkpoint cannot be written.
    """
    since, removed = time.time() - days * SECONDS_A_DAY, 0
    for name in names:
        folder = lake.folder(name)
        delta = open_delta(folder, name, None) if folder.is_dir() else None
        if delta is not None:
            with reading(name, folder), writing(name, folder):
                removed += clean_table(delta, folder, since, in_use.get(name, {}))
    return removed


def clean_table(delta: DeltaTable, folder: Path, since: float, in_use: Mapping[int, Collection[Path]]) -> int:
    """Delete what no version in use of one table needs.

    Parameters
    ----------
    delta
        The newest version.
    folder
        Folder of the table.
    since
        Versions that were the newest at this moment or later stay: seconds since 1970.
    in_use
        Other versions that stay, with their files where they are known.

    Returns
    -------
    int
        Data files deleted.
    """
    log = LogFiles.of(folder)
    recent, newest = log.since(since), delta.version()
    kept = {newest} | {version for version in (*recent, *in_use) if 0 <= version <= newest}
    files = _old_files(folder, since)
    for names in _names_in_use(delta, log, recent, in_use):
        files = [file for file in files if file.name not in names]
        if not files:
            break
    for file in files:
        file.unlink(missing_ok=True)
    _delete_stamps(log, kept, since)
    # Checkpoints come last: what they make unneeded is deleted by the next clean-up, when no reader that
    # began before them can still be at it.
    log.delete_unneeded(kept)
    log.add_checkpoints(kept)
    return len(files)


def _old_files(folder: Path, since: float) -> list[Path]:
    """List the data files that were written before a moment; a newer one is in use or may be soon."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(("_", "."))]
        found += [Path(parent, name) for name in names if name.endswith(".parquet")]
    return [file for file in found if file.stat().st_mtime < since]


def _names_in_use(
    delta: DeltaTable, log: LogFiles, recent: set[int], in_use: Mapping[int, Collection[Path]]
) -> Iterator[set[str]]:
    """Give the names of the files that versions in use consist of, those that are quick to find first.

    The name of a data file is unique; its folder may be named in other ways, such as through a link.
    """
    yield _names_of(delta)
    for files in in_use.values():
        yield {file.name for file in files}
    # The files of the oldest recent version, and what commits added since, are those of all recent ones.
    oldest, *later = sorted(recent)
    for version in later:
        added = actions(commit_file(log.table, version), ("add",))
        yield {PurePosixPath(str(action.get("path"))).name for _, action in added}
    for version in {oldest, *in_use} - {delta.version()}:
        if not in_use.get(version) and version < delta.version() and log.can_open(version):
            yield _names_of(DeltaTable(log.table, version=version))


def _names_of(delta: DeltaTable) -> set[str]:
    return {PurePosixPath(path).name for path in delta.get_add_actions()["path"].to_pylist()}


def _delete_stamps(log: LogFiles, kept: Collection[int], since: float) -> None:
    """Delete the stamps that were last recorded before a moment, and that no kept version refers to."""
    folder = log.table / STAMPS_DIR
    old = {file for file in folder.glob("*") if file.stat().st_mtime < since}
    if not old:
        return
    for version in kept:
        number = _stamp_number(log, version)
        if number is not None:
            old.discard(stamp_file(log.table, number))
    for file in old:
        file.unlink(missing_ok=True)


def _stamp_number(log: LogFiles, version: int) -> int | None:
    """Return the number of the stamp of a version; None where it is in the commit alone."""
    commit = read_commit(commit_file(log.table, version))
    if commit.number is not None or commit.stamp is not None:
        return commit.number
    if not log.can_open(version):
        return None
    return DeltaTable(log.table, version=version).transaction_version(APPLICATION)
