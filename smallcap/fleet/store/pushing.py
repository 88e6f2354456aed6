"""Pushing what a home serves: the files that are missing, the manifest, last the pointer."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from smallcap.backup.manifest import Entry, Manifest
from smallcap.errors import HomeBusyError, InputError
from smallcap.fleet.store.contents import Contents
from smallcap.fleet.store.layout import (
    CONDEMNED,
    FILES,
    MANIFESTS,
    OWN,
    PUSHING,
    Pointer,
    file_name,
    newest,
    pointer_name,
    pointers,
    read_manifest,
    read_pointer,
    require_same_home,
)
from smallcap.fleet.store.objects import ObjectFolder
from smallcap.stopping import pause, stop_if_requested

AT_ONCE: Final = 16
"""Files that are sent or fetched at the same time."""
CLEAN_UP_SECONDS: Final = 600.0
"""How long a push waits for a clean-up of the store."""
LOOK_SECONDS: Final = 0.5

Tell = Callable[[int, int], None]
"""Called with the files done and the files in all."""


@dataclass(frozen=True)
class Pushed:
    """What a push did.

    Attributes
    ----------
    pointer
        What is served.
    files, new_files, new_bytes
        Files of the publication, and those that the store did not have.
    is_new
        Whether a pointer was written; not where the store served this publication already.
    """

    pointer: Pointer
    files: int
    new_files: int
    new_bytes: int
    is_new: bool


def push(contents: Contents, store: ObjectFolder, tell: Tell = lambda done, total: None) -> Pushed:
    """Serve a publication from a store.

    Parameters
    ----------
    contents
        The publication, read from its home.
    store
        The store.
    tell
        Called after each file that is sent.

    Raises
    ------
    HomeBusyError
        When another push was first, naming its run; what is served stays as it is. Also when a clean-up does
        not end.
    InputError
        When the store serves another home or holds other things, or cannot be written to.
    """
    before = newest(store)
    number = 1 if before is None else before.number + 1
    if before is None:
        _require_own_folder(store)
    else:
        require_same_home(store, before, contents.identity)
        there = read_manifest(store, before.manifest)
        if there is not None and there.files == contents.manifest.files and not _missing(contents, store):
            return Pushed(before, len(there.files), 0, 0, is_new=False)
    with _announced(contents.manifest, store) as name:
        _wait_for_clean_up(store)
        new_files, new_bytes = _send(contents, store, tell)
        store.put(f"{MANIFESTS}/{name}.json", contents.manifest.to_json().encode())
        pointer = _pointer(contents, number, name)
        # Where others pushed so often that a clean-up removed this number again, its name is free.
        highest = max(pointers(store), default=0)
        if highest >= number or not store.put_new(pointer_name(number), pointer.to_json()):
            raise _lost(store, max(highest, number))
    return Pushed(pointer, len(contents.manifest.files), new_files, new_bytes, is_new=True)


def _require_own_folder(store: ObjectFolder) -> None:
    """Refuse a first push to a folder in which other things lie."""
    others = sorted(store.holds() - OWN)
    if others:
        raise InputError(
            f"{store.address} holds other things ('{others[0]}'), and nothing was pushed there yet; name a "
            f"folder of its own for the store"
        )


@contextmanager
def _announced(manifest: Manifest, store: ObjectFolder) -> Iterator[str]:
    """Say which files a push needs before it looks for them, so that no clean-up removes one; give a name."""
    name = f"{manifest.name}-{uuid.uuid4().hex[:12]}"
    announced = f"{PUSHING}/{name}.json"
    store.put(announced, manifest.to_json().encode())
    try:
        yield name
    finally:
        store.remove(announced)


def _wait_for_clean_up(store: ObjectFolder) -> None:
    until = time.monotonic() + CLEAN_UP_SECONDS
    while store.list(CONDEMNED):
        if time.monotonic() > until:
            raise HomeBusyError(
                f"a clean-up of the store {store.address} does not end; if none is running, it was killed: "
                f"run 'smallcap gc', which takes over and completes it, then push again"
            )
        pause(LOOK_SECONDS)


def _missing(contents: Contents, store: ObjectFolder) -> dict[str, tuple[str, Entry]]:
    """Return the files that the store does not have whole, by their names there."""
    kept = store.list(FILES)
    wanted: dict[str, tuple[str, Entry]] = {}
    for path, entry in contents.manifest.files.items():
        there = kept.get(file_name(entry))
        if there is None or there.size != entry.size:
            wanted[file_name(entry)] = (path, entry)
    return wanted


def _send(contents: Contents, store: ObjectFolder, tell: Tell) -> tuple[int, int]:
    """Send the files that the store does not have; return how many, and their bytes."""
    wanted = _missing(contents, store)

    def send(name: str) -> int:
        """Send one file, and return its size."""
        stop_if_requested()
        path, entry = wanted[name]
        try:
            store.put(name, contents.content_of(path))
        except OSError as error:
            raise InputError(
                f"{contents.home / path} cannot be read ({error.strerror}); a run that published meanwhile "
                f"may have removed it. Push again"
            ) from None
        return entry.size

    sent = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done, size in enumerate(pool.map(send, wanted), start=1):
            sent += size
            tell(done, len(wanted))
    return len(wanted), sent


def _pointer(contents: Contents, number: int, name: str) -> Pointer:
    manifest = contents.manifest
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return Pointer(number, name, manifest.run_id, manifest.published_at, moment, contents.identity)


def _lost(store: ObjectFolder, number: int) -> HomeBusyError:
    try:
        winner = read_pointer(store, number)
        told = f"run {winner.run_id}, published {winner.published_at} UTC and pushed {winner.pushed_at} UTC"
    except InputError:
        told = "another process"
    return HomeBusyError(
        f"{told}, was pushed to {store.address} first as number {number}; that is served, and nothing was "
        f"changed. Push again if the publication of this home is to follow it"
    )
