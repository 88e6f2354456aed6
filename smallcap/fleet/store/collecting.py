"""Cleaning up a store: what no kept manifest names is removed, and no push loses a file by it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Final

from smallcap.errors import InputError
from smallcap.fleet.store.layout import (
    CONDEMNED,
    FILES,
    MANIFESTS,
    PUSHING,
    file_name,
    pointer_name,
    pointers,
    read_manifest,
    read_pointer,
)
from smallcap.fleet.store.objects import ObjectFolder

FORGOTTEN_DAYS: Final = 7
"""A push that was announced so long ago was killed; its files are not kept any longer."""


@dataclass(frozen=True)
class Collected:
    """What a clean-up removed: publications, files, their bytes; and how many publications stay."""

    publications: int
    files: int
    bytes: int
    kept: int


def collect(store: ObjectFolder, keep: int) -> Collected:
    """Remove all but the newest publications, then every file that none of those names.

    What is to go is written down first. A push announces its files before it looks for them and waits while
    that list exists, and the announcements are read after it was written: so either the push sees the list,
    or the clean-up sees the push.

    Parameters
    ----------
    store
        The store.
    keep
        How many publications stay, at least 1.

    Raises
    ------
    InputError
        When a manifest that stays cannot be read: it may name any file, so nothing is removed.
    """
    numbers = pointers(store)
    old, kept = numbers[:-keep], numbers[-keep:]
    manifests = {read_pointer(store, number).manifest for number in kept}
    name = f"{CONDEMNED}/{uuid.uuid4().hex}.json"
    files = store.list(FILES)
    store.put(name, json.dumps({"files": len(files), "manifests": sorted(manifests)}).encode())
    used = {entry for manifest in manifests for entry in _named(store, manifest, MANIFESTS)}
    used |= {entry for push in _under_way(store) for entry in _named(store, push, PUSHING)}
    doomed = {path: found.size for path, found in files.items() if path not in used}
    for number in old:
        store.remove(pointer_name(number))
    for path in store.list(MANIFESTS):
        if path.removeprefix(f"{MANIFESTS}/").removesuffix(".json") not in manifests | set(_under_way(store)):
            store.remove(path)
    for path in doomed:
        store.remove(path)
    # Those of clean-ups that were killed too: what they had to remove is removed now.
    for path in store.list(CONDEMNED):
        store.remove(path)
    return Collected(len(old), len(doomed), sum(doomed.values()), len(kept))


def _named(store: ObjectFolder, name: str, folder: str) -> set[str]:
    manifest = read_manifest(store, name, folder)
    if manifest is None and folder == MANIFESTS:
        raise InputError(
            f"the manifest {store.address}/{folder}/{name}.json is gone, though a pointer names it; push "
            f"again, then clean up"
        )
    return {file_name(entry) for entry in manifest.files.values()} if manifest is not None else set()


def _under_way(store: ObjectFolder) -> list[str]:
    """List the pushes that may be under way, and forget those that were killed long ago."""
    oldest = dt.datetime.now(dt.UTC) - dt.timedelta(days=FORGOTTEN_DAYS)
    names = []
    for path, found in store.list(PUSHING).items():
        if found.modified < oldest:
            store.remove(path)
        else:
            names.append(path.removeprefix(f"{PUSHING}/").removesuffix(".json"))
    return names
