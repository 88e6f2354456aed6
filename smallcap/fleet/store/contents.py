"""What of a home is pushed: what a reader of its publication needs, each file with size and SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from smallcap import __version__
from smallcap.backup.contents import files_of_home, is_unchanging
from smallcap.backup.manifest import Entry, Manifest
from smallcap.backup.store import digest_of
from smallcap.errors import InputError
from smallcap.fleet.store.layout import identity_in
from smallcap.home_record import RECORD
from smallcap.settings import Settings
from smallcap.warehouse.contents import read_contents
from smallcap.warehouse.reading import CATALOGUE_FILE, require_readable, served_path

CATALOGUE: Final = f"warehouse/{CATALOGUE_FILE}"
SENT: Final = ("lake/", "warehouse/", "reports/", "rules/")
"""Folders that readers need: vendors' payloads, logs and Dagster's stay with the one who runs the home."""
ATTEMPTS: Final = 5


@dataclass(frozen=True)
class Contents:
    """A publication of a home.

    Attributes
    ----------
    home
        The home's folder.
    manifest
        The files by their paths in the home.
    identity
        What the home is.
    small
        The bytes of files that a run may replace meanwhile, as they were when the manifest was made.
    """

    home: Path
    manifest: Manifest
    identity: Mapping[str, Any]
    small: Mapping[str, bytes]

    def content_of(self, path: str) -> bytes | Path:
        """Return the bytes of a file, or where it is."""
        return self.small.get(path, self.home / path)


def contents_of(settings: Settings, known: Mapping[str, Entry], scratch: Path) -> Contents:
    """Read what a home serves; a run may write meanwhile.

    Parameters
    ----------
    settings
        The settings, which name the home.
    known
        Files whose digests are known, by path: those of the store's newest manifest.
    scratch
        A folder for a copy of the catalogue.

    Raises
    ------
    NothingPublishedError, DamagedCatalogueError, MissingFilesError
        When nothing that is whole is served.
    InputError
        When the home's files change too fast.
    """
    served = served_path(settings.warehouse_dir)
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):
            return _contents(settings, known, scratch)
    require_readable(served)
    raise InputError(
        f"the files of {settings.home} changed {ATTEMPTS} times while they were listed; push again when "
        f"fewer runs publish"
    )


def _contents(settings: Settings, known: Mapping[str, Entry], scratch: Path) -> Contents:
    moment = dt.datetime.now(dt.UTC)
    catalogue = (settings.home / CATALOGUE).read_bytes()
    copy = scratch / CATALOGUE_FILE
    copy.write_bytes(catalogue)
    served = read_contents(copy, settings.home)
    small = {CATALOGUE: catalogue}
    files: dict[str, Entry] = {}
    for file in files_of_home(settings, served, ()):
        path = file.relative_to(settings.home).as_posix()
        if not path.startswith(SENT) and path != RECORD:
            continue
        if is_unchanging(path):
            size = file.stat().st_size
            files[path] = known[path] if path in known and known[path].size == size else digest_of(file)
        else:
            small[path] = file.read_bytes()
    files |= {path: _entry(content) for path, content in small.items()}
    manifest = Manifest(
        f"{moment:%Y%m%dT%H%M%S%f}Z",
        __version__,
        served.run_id,
        served.published_at.isoformat(timespec="seconds"),
        files,
    )
    return Contents(settings.home, manifest, identity_in(small[RECORD].decode()), small)


def require_pushable(manifest: Manifest, address: str) -> None:
    """Refuse files that no push sends: they would stand among a copy's own settings and records.

    Raises
    ------
    InputError
        Naming the first of them.
    """
    strange = [path for path in sorted(manifest.files) if not path.startswith(SENT) and path != RECORD]
    if strange:
        raise InputError(
            f"the manifest {manifest.name} of {address} names '{strange[0]}', which no push sends; what this "
            f"copy served is still served. Look at who may write to the store, and push again"
        )


def _entry(content: bytes) -> Entry:
    return Entry(len(content), hashlib.sha256(content).hexdigest())
