"""Taking a backup: what is served is copied while a run may write, and begun anew where one interferes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smallcap import __version__
from smallcap.backup.contents import files_of_home, is_unchanging
from smallcap.backup.manifest import Entry, Manifest
from smallcap.backup.store import BackupStore
from smallcap.errors import DamagedCatalogueError, DegradedError, InputError
from smallcap.repair.checksums import Checksums
from smallcap.settings import Settings
from smallcap.stopping import stop_if_requested
from smallcap.warehouse.contents import Published, read_contents
from smallcap.warehouse.reading import (
    CATALOGUE_FILE,
    HISTORY_DIR,
    require_readable,
    served_path,
    served_run_id,
)

ATTEMPTS: Final = 5
"""How often a copy is begun anew because files were removed under it, which several publications do."""

Tell = Callable[[int, int], None]
"""Called with the files done and the files in all."""


class _MovedOnError(Exception):
    """Another publication was made while the files of one were listed."""


@dataclass(frozen=True)
class Taken:
    """A backup that was taken: its manifest, and what of it was not there before."""

    manifest: Manifest
    new_files: int
    new_bytes: int


def take_backup(settings: Settings, destination: Path, tell: Tell = lambda done, total: None) -> Taken:
    """Copy what a home serves, with what it needs to go on, into a folder of backups.

    Parameters
    ----------
    settings
        The settings, which name the home.
    destination
        The folder. Files of earlier backups in it are not copied again.
    tell
        Called after each file.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    DamagedCatalogueError
        When the served catalogue is damaged.
    MissingFilesError
        When files that it serves are gone.
    DegradedError
        When a data file of the home does not hold the bytes that were written.
    InputError
        When the folder cannot be written to, is in the home, or the home's files change too fast.
    HomeBusyError
        When another backup is being written there.
    """
    require_apart(settings.home, destination)
    served = served_path(settings.warehouse_dir)
    store = BackupStore(destination)
    with store.writing():
        for _ in range(ATTEMPTS):
            with suppress(FileNotFoundError, _MovedOnError):
                return _Copy(settings, store, tell).take()
    require_readable(served)
    raise InputError(
        f"the files of {settings.home} changed {ATTEMPTS} times while they were copied; take the backup "
        f"again when fewer runs publish"
    )


@dataclass(frozen=True)
class Planned:
    """What a backup would hold, and what of it would be read because no earlier one is known to have it."""

    files: int
    bytes: int
    read_files: int
    read_bytes: int


def plan_backup(settings: Settings, destination: Path) -> Planned:
    """Say what a backup would copy; nothing is written. Errors as for `take_backup`."""
    require_apart(settings.home, destination)
    path = served_path(settings.warehouse_dir)
    served = read_contents(path, settings.home)
    require_readable(path)
    store = BackupStore(destination)
    known = _newest_files(store)
    earlier = {}
    for one in _history(settings):
        with suppress(DamagedCatalogueError):
            earlier[one] = read_contents(one, settings.home)
    files = [path, *earlier, *files_of_home(settings, served, earlier.values())]
    sizes = {file: file.stat().st_size for file in files if file.is_file()}
    read = [
        size
        for file, size in sizes.items()
        for name in [file.relative_to(settings.home).as_posix()]
        if not (is_unchanging(name) and name in known and store.has(known[name]))
    ]
    return Planned(len(sizes), sum(sizes.values()), len(read), sum(read))


def require_apart(home: Path, destination: Path) -> None:
    """Refuse a folder of backups that is in the home, or that the home is in.

    Raises
    ------
    InputError
        Naming both.
    """
    backups = destination.resolve()
    if backups.is_relative_to(home) or home.is_relative_to(backups):
        raise InputError(
            f"the backups {backups} and the home {home} are in one another: what damages one would damage "
            f"both; name another folder, on another disk"
        )


class _Copy:
    """One attempt to copy a home."""

    def __init__(self, settings: Settings, store: BackupStore, tell: Tell) -> None:
        self._settings, self._store, self._tell = settings, store, tell
        self._files: dict[str, Entry] = {}
        self._new_files, self._new_bytes = 0, 0
        self._known = _newest_files(store)
        self._checksums = Checksums(settings.lake_dir)

    def take(self) -> Taken:
        """Copy everything, and write the manifest last."""
        moment = dt.datetime.now(dt.UTC)
        served = self._catalogue(self._settings.warehouse_dir / CATALOGUE_FILE)
        files = files_of_home(self._settings, served, list(self._earlier()))
        if served_run_id(self._settings.warehouse_dir) != served.run_id:
            raise _MovedOnError
        for done, file in enumerate(files, start=1):
            stop_if_requested()
            self._keep(file)
            self._tell(done, len(files))
        manifest = Manifest(
            f"{moment:%Y%m%dT%H%M%S%f}Z",
            __version__,
            served.run_id,
            served.published_at.isoformat(timespec="seconds"),
            self._files,
        )
        self._store.add(manifest)
        return Taken(manifest, self._new_files, self._new_bytes)

    def _earlier(self) -> Iterator[Published]:
        """Copy the history of catalogues; a damaged one is left out, as a rollback skips it."""
        for path in _history(self._settings):
            try:
                earlier = self._catalogue(path)
            except DamagedCatalogueError:
                del self._files[self._name(path)]
                continue
            if not all(file.is_file() for table in earlier.tables.values() for file in table.files):
                # A rollback to it is refused in the home too.
                del self._files[self._name(path)]
                continue
            yield earlier

    def _catalogue(self, path: Path) -> Published:
        """Copy a catalogue, and read the copy: another may be put in the place of the original any time."""
        entry = self._keep(path)
        return read_contents(self._store.path_of(entry.sha256), self._settings.home)

    def _keep(self, file: Path) -> Entry:
        name = self._name(file)
        known = self._known.get(name)
        if is_unchanging(name):
            if known is not None and file.stat().st_size == known.size and self._store.has(known):
                self._files[name] = known
                return known
            self._require_sound(file)
        entry, is_new = self._store.put(file)
        self._new_files += is_new
        self._new_bytes += entry.size * is_new
        self._files[name] = entry
        return entry

    def _require_sound(self, file: Path) -> None:
        if file.is_relative_to(self._settings.lake_dir) and (
            self._checksums.is_sound(file, is_deep=True) is False
        ):
            raise DegradedError(
                f"{file} does not hold the bytes that were written, so no backup is taken of it; "
                f"'smallcap run' repairs it, then take the backup again. Earlier backups stay as they are"
            )

    def _name(self, file: Path) -> str:
        return file.relative_to(self._settings.home).as_posix()


def _history(settings: Settings) -> list[Path]:
    """List the earlier catalogues that a rollback serves again, oldest first."""
    return sorted((settings.warehouse_dir / HISTORY_DIR).glob("[0-9]*.duckdb"))


def _newest_files(store: BackupStore) -> Mapping[str, Entry]:
    """Return the files of the newest backup that can be read."""
    for name in reversed(store.names()):
        with suppress(InputError):
            return store.manifest(name).files
    return {}
