"""Cleaning up a store: what no kept manifest names is removed, and no push loses a file by it."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from smallcap.errors import HomeBusyError, InputError
from smallcap.fleet.store.layout import (
    CONDEMNED,
    FILES,
    MANIFESTS,
    PUSHING,
    file_name,
    is_ours,
    pointer_name,
    pointers,
    read_manifest,
    read_pointer,
)
from smallcap.fleet.store.objects import ObjectFolder

FORGOTTEN_DAYS: Final = 7
"""A push that was announced so long ago was killed; its files are not kept any longer."""
MARK: Final = f"{CONDEMNED}/clean-up.json"
"""Says that a clean-up is under way; pushes that begin meanwhile wait."""
MARKED_EVERY_SECONDS: Final = 30.0
KILLED_AFTER: Final = dt.timedelta(minutes=10)
"""A mark that was not renewed for so long is of a clean-up that was killed."""


@dataclass(frozen=True)
class Collected:
    """What a clean-up removed: publications, files, their bytes; and how many publications stay."""

    publications: int
    files: int
    bytes: int
    kept: int


def collect(store: ObjectFolder, keep: int) -> Collected:
    """Remove all but the newest publications, then every file that none of those names.

    A push announces its files before it looks for them, and waits while a clean-up is marked. The
    announcements are read after the mark was set, and before the pointers: a push that began before the mark
    is found among the ones or the others.

    Parameters
    ----------
    store
        The store.
    keep
        How many publications stay, at least 1.

    Raises
    ------
    HomeBusyError
        When another clean-up is under way.
    InputError
        When nothing was pushed, so that it may be no store; or when a manifest that stays cannot be read: it
        may name any file. Nothing is removed then.
    """
    if not pointers(store):
        raise InputError(
            f"nothing was pushed to {store.address}, so there is nothing to clean up; look at the address"
        )
    with _alone(store) as remains_alone:
        pushes = _under_way(store)
        numbers = pointers(store)
        old, kept = numbers[:-keep], numbers[-keep:]
        manifests = {read_pointer(store, number).manifest for number in kept}
        used = set().union(*pushes.values(), *(_files_of(store, name) for name in manifests))
        # Objects of other names were not sent by a push, and are not ours to remove.
        sent = {path: found.size for path, found in store.list(FILES).items() if is_ours(path)}
        doomed = {path: size for path, size in sent.items() if path not in used}
        stay = {f"{MANIFESTS}/{name}.json" for name in (*manifests, *pushes)}
        gone = [
            *map(pointer_name, old),
            *(path for path in store.list(MANIFESTS) if is_ours(path) and path not in stay),
            *doomed,
        ]
        for path in gone:
            remains_alone()
            store.remove(path)
    return Collected(len(old), len(doomed), sum(doomed.values()), len(kept))


@contextmanager
def _alone(store: ObjectFolder) -> Iterator[Callable[[], None]]:
    """Mark that a clean-up is under way; give what renews the mark, and fails where another took over."""
    own, marked = uuid.uuid4().hex.encode(), time.time()
    while not store.put_new(MARK, own):
        there = store.list(CONDEMNED).get(MARK)
        if there is not None and dt.datetime.now(dt.UTC) - there.modified < KILLED_AFTER:
            raise HomeBusyError(
                f"another clean-up of {store.address} is under way, last seen at {there.modified:%H:%M:%S} "
                f"UTC; wait for its end. One that was killed is taken over {KILLED_AFTER.seconds // 60} "
                f"minutes after it was last seen"
            )
        store.remove(MARK)

    def remains_alone() -> None:
        """Renew the mark from time to time."""
        nonlocal marked
        if time.time() - marked < MARKED_EVERY_SECONDS:
            return
        if store.get(MARK) != own:
            raise HomeBusyError(
                f"another clean-up of {store.address} took over from this one, which stood still"
            )
        store.put(MARK, own)
        marked = time.time()

    try:
        yield remains_alone
    finally:
        if store.get(MARK) == own:
            store.remove(MARK)


def _files_of(store: ObjectFolder, name: str) -> set[str]:
    manifest = read_manifest(store, name)
    if manifest is None:
        raise InputError(
            f"the manifest {store.address}/{MANIFESTS}/{name}.json is gone, though a pointer names it; push "
            f"again, then clean up with --keep 1, which keeps that push alone"
        )
    return {file_name(entry) for entry in manifest.files.values()}


def _under_way(store: ObjectFolder) -> dict[str, set[str]]:
    """Return the files of each push that may be under way, and forget those that were killed long ago."""
    oldest = dt.datetime.now(dt.UTC) - dt.timedelta(days=FORGOTTEN_DAYS)
    found = {}
    for path, announced in store.list(PUSHING).items():
        name = path.removeprefix(f"{PUSHING}/").removesuffix(".json")
        if announced.modified < oldest:
            store.remove(path)
        elif (manifest := read_manifest(store, name, PUSHING)) is not None:
            found[name] = {file_name(entry) for entry in manifest.files.values()}
    return found
