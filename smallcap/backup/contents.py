"""Which files of a home a backup holds: those of the versions that catalogues serve, and the home's records.

The newest version of each table in a backup is the one that is served: what a run has written since is left
out, as an undo would take it back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from smallcap.errors import InputError
from smallcap.home_record import COPY, RECORD
from smallcap.lake.log_files import LOG_DIR, LogFiles
from smallcap.lake.reader import LakeReader
from smallcap.lake.stamp_files import STAMPS_DIR
from smallcap.package_files import DAGSTER_YAML
from smallcap.settings import Settings
from smallcap.warehouse.contents import Published
from smallcap.warehouse.from_lake import RECORDS

FOLDERS: Final = ("logs", "reports", "rules", "snapshots")
"""Folders of a home that are copied whole."""
_NOT_COPIED: Final = (".tmp", ".lock")
"""Endings of files that are being written, and of locks."""
PAYLOADS: Final = "snapshots/"
_DATA: Final = (".parquet", ".zst", ".gz")


def is_unchanging(path: str) -> bool:
    """Whether the file of this path in a home is never written again: its name holds a random or a digest."""
    is_of_table = path.startswith("lake/") and f"/{LOG_DIR}/" not in path
    return path.endswith(_DATA) and (is_of_table or path.startswith(PAYLOADS))


def files_of_home(settings: Settings, served: Published, earlier: Iterable[Published]) -> list[Path]:
    """List the files of a backup, without the catalogues.

    Parameters
    ----------
    settings
        The settings, which name the home.
    served
        What is served.
    earlier
        What the history of catalogues can serve again.

    Returns
    -------
    list of Path
        The files, each once, in a fixed order.

    Raises
    ------
    InputError
        When the log of a table does not have the version that is served, or cannot be read.
    FileNotFoundError
        When a clean-up removes files meanwhile.
    """
    lake = LakeReader(settings.lake_dir)
    found = {settings.home / RECORD, settings.home / COPY, settings.lake_dir / "checksums.json"}
    found.add(settings.dagster_dir / DAGSTER_YAML.name)
    found = {path for path in found if path.is_file()}
    for name, table in served.tables.items():
        found.update((*_log(lake, name, table.version), *table.files))
    for one in earlier:
        found.update(file for table in one.tables.values() for file in table.files)
    found.update(_of_reports(lake, served))
    for name in RECORDS:
        version = lake.version(name)
        if version >= 0:
            found.update((*_log(lake, name, version), *lake.files(name, version)))
    found.update(file for folder in FOLDERS for file in _walk(settings.home / folder))
    return sorted(found)


def _log(lake: LakeReader, name: str, version: int) -> Iterator[Path]:
    """Give the log of a table up to a version, and the stamps that there are."""
    folder = lake.folder(name)
    log = LogFiles.of(folder) if (folder / LOG_DIR).is_dir() else None
    if log is None or not log.can_open(version):
        raise InputError(
            f"the log of table {name} at {folder} does not have version {version}, which is served: it was "
            f"repaired or damaged since. 'smallcap run' repairs it and publishes again; then take the backup"
        )
    yield from (log.file_of_commit(one) for one in sorted(log.commits) if one <= version)
    yield from (log.file_of_checkpoint(one) for one in sorted(log.checkpoints) if one <= version)
    yield from sorted((folder / STAMPS_DIR).glob("*.json"))


def _of_reports(lake: LakeReader, served: Published) -> Iterator[Path]:
    """Give the files of the versions that reports name, of those that the home still has whole."""
    named = served.meta["meta.kept_versions"].select("table_name", "version").unique()
    for name, version in named.iter_rows():
        is_there = name in served.tables and version <= served.tables[name].version
        if is_there and LogFiles.of(lake.folder(name)).can_open(version):
            # A clean-up removes files of a version that only a removed report named.
            with suppress(InputError):
                yield from lake.files(name, version)


def _walk(folder: Path) -> Iterator[Path]:
    """Give the files of a folder; descriptions are listed first, so that none lacks its payload."""
    described = {path for path in folder.rglob("*.json") if path.is_file()}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            is_new_description = path.suffix == ".json" and path not in described
            if not name.endswith(_NOT_COPIED) and path.is_file() and not is_new_description:
                yield path
