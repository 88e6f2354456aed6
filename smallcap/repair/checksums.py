"""Checksums of the lake's data files: whether a file still holds the bytes that a run wrote and audited.

They are recorded when a run has ended well. A file's name is never used twice, so a checksum holds for as
long as its file exists.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from smallcap.parsing import parse_json

RECORD: Final = "checksums.json"


class Checksum(NamedTuple):
    """Size and modification time of a file when its bytes were last known to be sound, and their digest."""

    size: int
    mtime_ns: int
    digest: str


class Checksums:
    """The recorded checksums of one lake.

    Parameters
    ----------
    lake_dir
        The folder of the lake; the record is in it, with paths relative to it.
    """

    def __init__(self, lake_dir: Path) -> None:
        self._lake_dir = lake_dir
        self._known = _read(lake_dir / RECORD)

    def is_sound(self, file: Path, *, is_deep: bool) -> bool | None:
        """Whether an existing file has the recorded bytes; None where none are recorded.

        Parameters
        ----------
        file
            The file, in the lake.
        is_deep
            Whether the bytes are read in any case. Otherwise they are read only where the modification time
            is not the recorded one: a copied home has other times and the same bytes.
        """
        known = self._known.get(self._name(file))
        if known is None:
            return None
        found = file.stat()
        if found.st_size != known.size:
            return False
        if not is_deep and found.st_mtime_ns == known.mtime_ns:
            return True
        return digest_of(file) == known.digest

    def record(self, files: Iterable[Path]) -> None:
        """Record the checksums of files that have none; those of files that are gone are dropped.

        The files must be known to be sound: a run has just written them, or verified them.
        """
        after = {
            name: known
            for name, known in self._known.items()
            if (found := self._stat(name)) is not None
            for known in [known._replace(mtime_ns=found.st_mtime_ns)]
        }
        for file in files:
            name = self._name(file)
            if name not in after:
                found = file.stat()
                after[name] = Checksum(found.st_size, found.st_mtime_ns, digest_of(file))
        if after != self._known:
            _write(self._lake_dir / RECORD, after)
            self._known = after

    def _name(self, file: Path) -> str:
        return file.relative_to(self._lake_dir).as_posix()

    def _stat(self, name: str) -> os.stat_result | None:
        with suppress(OSError):
            return (self._lake_dir / name).stat()
        return None


def digest_of(file: Path) -> str:
    """Digest the bytes of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _read(path: Path) -> dict[str, Checksum]:
    """Read the record; where it is missing or damaged, nothing is known, and files are read instead."""
    try:
        found = parse_json(path.read_bytes())
        return {
            str(name): Checksum(int(size), int(mtime_ns), str(digest))
            for name, (size, mtime_ns, digest) in found.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, OverflowError):
        return {}


def _write(path: Path, checksums: Mapping[str, Checksum]) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(dict(sorted(checksums.items()))), encoding="utf-8")
    os.replace(temporary, path)
