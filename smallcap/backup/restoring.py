"""Restoring a backup into an empty home: every byte is verified before anything appears under its name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final

from smallcap.backup.manifest import Manifest
from smallcap.backup.store import MANIFESTS_DIR, BackupStore, digest_of
from smallcap.errors import InputError
from smallcap.lake.home import Home
from smallcap.lake.records import Records
from smallcap.package_files import SQL_DIR
from smallcap.private_files import PRIVATE_FILE, make_private
from smallcap.settings import Settings
from smallcap.stopping import stop_if_requested
from smallcap.warehouse.contents import read_contents
from smallcap.warehouse.reading import CATALOGUE_FILE
from smallcap.warehouse.relocate import ensure_home

STAGING: Final = ".restoring"
"""Folder in the home in which it is put together; what an interrupted restore left there is removed."""
LOCK: Final = ".lock"
_EXAMPLES: Final = 5

Tell = Callable[[int, int], None]
"""Called with the files done and the files in all."""


def chosen(store: BackupStore, name: str | None) -> Manifest:
    """Read the manifest of the newest backup in a folder, or of the one that is named.

    Raises
    ------
    InputError
        When there is none, naming those that there are, or its manifest is damaged.
    """
    names = store.names()
    if not names:
        raise InputError(
            f"there is no complete backup in {store.root}: {store.root / MANIFESTS_DIR} has no manifest. "
            f"Name the folder that was given to 'smallcap backup'"
        )
    if name is not None and name not in names:
        raise InputError(f"there is no backup '{name}' in {store.root}; there are: {', '.join(names)}")
    return store.manifest(names[-1] if name is None else name)


def verify_backup(store: BackupStore, manifest: Manifest) -> None:
    """Read every file of a backup and compare it with its checksum.

    Raises
    ------
    InputError
        When any is gone or damaged, naming the first of them.
    """
    found = list(islice(store.damage_of(manifest.files), _EXAMPLES))
    if found:
        raise _damaged(manifest, found)


def restore_backup(
    settings: Settings, store: BackupStore, manifest: Manifest, tell: Tell = lambda done, total: None
) -> None:
    """Make a home of a backup.

    Parameters
    ----------
    settings
        The settings, which name the home.
    store, manifest
        The folder of the backup, and which of those in it.
    tell
        Called after each file.

    Raises
    ------
    InputError
        When the home is not empty or cannot be written to, or the backup is damaged; the home stays empty.
    HomeBusyError
        When another process writes to the home.
    """
    home = settings.home
    require_empty(home)
    try:
        make_private(home)
        with Home(settings).writing_records():
            staging = home / STAGING
            shutil.rmtree(staging, ignore_errors=True)
            try:
                _stage(store, manifest, staging, tell)
                _take_back_later_runs(staging)
                _move_in(staging, home)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            ensure_home(settings.warehouse_dir, home, SQL_DIR / "views")
    except OSError as error:
        raise InputError(
            f"the home {home} cannot be written to ({error.strerror or error}); make room or permit it, and "
            f"restore again"
        ) from None


def require_empty(home: Path) -> None:
    """Refuse a home that holds anything but a lock and what an interrupted restore left.

    Raises
    ------
    InputError
        When it does.
    """
    try:
        found = sorted(path.name for path in home.iterdir()) if home.is_dir() else []
    except OSError as error:
        raise InputError(
            f"the home {home} cannot be read ({error.strerror}); have its owner permit it, or name another "
            f"with --home"
        ) from None
    others = [name for name in found if name not in (STAGING, LOCK)]
    if others or (home.exists() and not home.is_dir()):
        raise InputError(
            f"the home {home} is not empty ({', '.join(others[:_EXAMPLES])}), and a restore never overwrites "
            f"one: name another with --home, or move this one away"
        )


def _stage(store: BackupStore, manifest: Manifest, staging: Path, tell: Tell) -> None:
    """Copy the files of a backup, each verified as it was written."""
    for done, (path, entry) in enumerate(sorted(manifest.files.items()), start=1):
        stop_if_requested()
        target = staging / path
        make_private(target.parent)
        try:
            shutil.copyfile(store.path_of(entry.sha256), target)
        except FileNotFoundError:
            raise _damaged(manifest, [(path, f"{store.path_of(entry.sha256)} is gone")]) from None
        target.chmod(PRIVATE_FILE)
        if digest_of(target) != entry:
            raise _damaged(manifest, [(path, f"the bytes of {store.path_of(entry.sha256)} have changed")])
        tell(done, len(manifest.files))


def _take_back_later_runs(staging: Path) -> None:
    """Leave no record of what runs did whose publication the backup does not hold.

    Those that said they published are undone. What was requested is what the served tables are made of:
    a request of a later run, whose rows are not there, would not be made again.
    """
    served = read_contents(staging / "warehouse" / CATALOGUE_FILE, staging)
    known = {served.run_id, *served.meta["meta.runs"]["run_id"]}
    records = Records(staging / "lake")
    runs = records.read("meta.runs").filter(status="published")["run_id"]
    for run_id in runs:
        if run_id not in known:
            records.mark_undone(run_id)
    if not served.meta["meta.fetched"].is_empty():
        records.replace("meta.fetched", served.meta["meta.fetched"])


def _move_in(staging: Path, home: Path) -> None:
    """Give what was put together its names in the home.

    The catalogue comes last, so that nothing is served before.
    """
    for path in sorted(staging.iterdir(), key=lambda path: path.name == "warehouse"):
        os.replace(path, home / path.name)


def _damaged(manifest: Manifest, found: list[tuple[str, str]]) -> InputError:
    listed = "; ".join(f"{path}: {problem}" for path, problem in found)
    return InputError(
        f"the backup {manifest.name} is damaged, and nothing was restored from it: {listed}. Restore another "
        f"with --at; delete a damaged file, and the next backup copies it again from the home"
    )
