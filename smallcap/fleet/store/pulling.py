"""Pulling what a store serves into a local copy: missing files, each verified; the catalogue last."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from smallcap.backup.contents import is_unchanging
from smallcap.backup.manifest import Entry, Manifest
from smallcap.errors import HomeBusyError, InputError, NothingPublishedError
from smallcap.fleet.store.contents import CATALOGUE, require_pushable
from smallcap.fleet.store.copy_record import CopyRecord, read_copy, write_copy
from smallcap.fleet.store.layout import Pointer, file_name, newest, read_manifest
from smallcap.fleet.store.objects import ObjectFolder
from smallcap.fleet.store.pushing import AT_ONCE, Tell
from smallcap.home_record import COPIED, COPY, RECORD
from smallcap.package_files import SQL_DIR
from smallcap.private_files import make_private, open_private
from smallcap.stopping import stop_if_requested
from smallcap.warehouse.relocate import copy_for_reading

STAGING: Final = ".pulling"
LOCK: Final = ".lock"
ATTEMPTS: Final = 5
"""How often a pull begins anew where what it reads is cleaned up meanwhile."""


class RemovedError(InputError):
    """Something that a pointer names is gone from the store."""


@dataclass(frozen=True)
class Pulled:
    """What a pull did: what is served now, the files of it, and those that were fetched."""

    pointer: Pointer
    files: int
    new_files: int
    new_bytes: int


def pull(home: Path, store: ObjectFolder, tell: Tell = lambda done, total: None) -> Pulled:
    """Bring a local copy to what a store serves.

    Parameters
    ----------
    home
        The folder of the copy; a folder that does not exist is made.
    store
        The store.
    tell
        Called after each file.

    Raises
    ------
    InputError
        When the folder holds a home that is no copy, or the copy of another store; when a file of the store
        is damaged or gone, or the folder cannot be written to. What was served stays.
    NothingPublishedError
        When nothing was pushed to the store yet.
    HomeBusyError
        When another pull is writing to the copy.
    """
    try:
        make_private(home)
        with FileLock(home / LOCK).acquire(timeout=0):
            return _bring_newest(home, store, _record_of(home, store), tell)
    except Timeout:
        raise HomeBusyError(f"another process writes to {home}; wait for it to end, or stop it") from None
    except OSError as error:
        raise InputError(
            f"the copy {home} cannot be written to ({error.strerror or error}); make room or permit it, and "
            f"pull again: what was fetched is kept"
        ) from None


def _bring_newest(home: Path, store: ObjectFolder, record: CopyRecord, tell: Tell) -> Pulled:
    """Bring what is served; begin anew where a clean-up after a later push removes it meanwhile."""
    for _ in range(ATTEMPTS):
        pointer = newest(store)
        if pointer is None:
            raise NothingPublishedError(
                f"nothing was pushed to {store.address} yet; run 'smallcap push' first"
            )
        try:
            manifest = _manifest_of(store, pointer)
            return _bring(home, store, record, pointer, manifest, tell)
        except RemovedError:
            later = newest(store)
            if later is None or later.number == pointer.number:
                raise
    raise InputError(
        f"what {store.address} serves was removed {ATTEMPTS} times while it was read; pull again"
    )


def _record_of(home: Path, store: ObjectFolder) -> CopyRecord:
    record = read_copy(home)
    others = sorted({path.name for path in home.iterdir()} - {LOCK, STAGING, COPIED})
    if record is None:
        if any((home / name).exists() for name in (RECORD, COPY)):
            raise InputError(
                f"{home} is a home of its own, and a pull never overwrites one; name another folder with "
                f"--home"
            )
        if others:
            raise InputError(
                f"{home} holds other things ('{others[0]}') and is no copy; name an empty folder with --home"
            )
        record = CopyRecord(store.address)
        write_copy(home, record)
    if not others:
        # Nothing was put in place from the store that is recorded: its address may have been mistyped.
        return replace(record, store=store.address)
    if record.store.rstrip("/") != store.address:
        raise InputError(
            f"{home} is a copy of {record.store}, not of {store.address}; name another folder with --home"
        )
    return record


def _manifest_of(store: ObjectFolder, pointer: Pointer) -> Manifest:
    manifest = read_manifest(store, pointer.manifest)
    if manifest is None:
        raise RemovedError(
            f"{store.address} names the manifest {pointer.manifest}, which is gone; push again. What this "
            f"copy served is still served"
        )
    require_pushable(manifest, store.address)
    return manifest


def _bring(
    home: Path, store: ObjectFolder, record: CopyRecord, pointer: Pointer, manifest: Manifest, tell: Tell
) -> Pulled:
    missing = {
        path: entry for path, entry in manifest.files.items() if not _is_there(home, record, path, entry)
    }
    size = sum(entry.size for entry in missing.values())
    if missing or record.number != pointer.number:
        staging = home / STAGING
        make_private(staging)
        _fetch(store, missing, staging, tell)
        _put_in_place(home, record, missing, staging)
        after = CopyRecord(
            store.address, pointer.number, pointer.run_id, manifest.files, tuple(sorted(record.files))
        )
        _serve(home, staging, is_new=CATALOGUE in missing)
        write_copy(home, after)
        _remove({*record.earlier, *record.files} - {*after.files, *after.earlier}, home)
        shutil.rmtree(staging, ignore_errors=True)
    return Pulled(pointer, len(manifest.files), len(missing), size)


def _is_there(home: Path, record: CopyRecord, path: str, entry: Entry) -> bool:
    """Whether the copy holds a file whole: it was verified when it came, and has its size still."""
    if record.files.get(path) != entry:
        return False
    try:
        # The catalogue is built anew for the place of the copy, so its size is its own.
        return (home / path).stat().st_size == entry.size or path == CATALOGUE
    except FileNotFoundError:
        return False


def _fetch(store: ObjectFolder, files: Mapping[str, Entry], staging: Path, tell: Tell) -> None:
    """Fetch the bytes that are not there yet; those of an earlier pull that was stopped are kept."""
    entries = {entry.sha256: entry for entry in files.values()}

    def fetch(entry: Entry) -> None:
        """Fetch one file, and give it its name when it is verified."""
        stop_if_requested()
        if not (staging / entry.sha256).is_file():
            _fetch_one(store, entry, staging / entry.sha256)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done, _ in enumerate(pool.map(fetch, entries.values()), start=1):
            tell(done, len(entries))


def _fetch_one(store: ObjectFolder, entry: Entry, target: Path) -> None:
    digest, size, new = hashlib.sha256(), 0, target.with_suffix(".tmp")
    try:
        with open(new, "wb", opener=open_private) as stream:
            for chunk in store.stream(file_name(entry)):
                digest.update(chunk)
                size += len(chunk)
                stream.write(chunk)
                if size > entry.size:
                    break
    except FileNotFoundError:
        raise RemovedError(
            f"{store.address}/{file_name(entry)} is gone, though what is served names it; push again, which "
            f"sends it anew. What this copy served is still served"
        ) from None
    if (size, digest.hexdigest()) != (entry.size, entry.sha256):
        new.unlink(missing_ok=True)
        raise InputError(
            f"{store.address}/{file_name(entry)} does not hold the bytes that were pushed; remove it there "
            f"and push again. What this copy served is still served"
        )
    os.replace(new, target)


def _put_in_place(home: Path, record: CopyRecord, missing: Mapping[str, Entry], staging: Path) -> None:
    """Give the files their names: first those of new names, which nobody reads yet."""
    # A stop in between must not leave a file that the record takes for another.
    sure = {path: entry for path, entry in record.files.items() if path not in missing}
    write_copy(home, replace(record, number=0, files=sure, earlier=(*record.earlier, *record.files)))
    for path in sorted(missing, key=lambda path: not is_unchanging(path)):
        target = staging / CATALOGUE if path == CATALOGUE else home / path
        make_private(target.parent)
        new = target.with_name(f".{target.name}.tmp")
        shutil.copyfile(staging / missing[path].sha256, new)
        new.chmod(0o600)
        os.replace(new, target)


def _serve(home: Path, staging: Path, *, is_new: bool) -> None:
    """Build the catalogue for the place of the copy, and put it in place of the one that is served."""
    if is_new:
        make_private((home / CATALOGUE).parent)
        folder = (staging / CATALOGUE).parent
        copy_for_reading(folder, home, SQL_DIR / "views", (home / CATALOGUE).parent)


def _remove(paths: Iterable[str], home: Path) -> None:
    for path in paths:
        (home / path).unlink(missing_ok=True)
