"""The folder that holds backups: files kept once under their SHA-256, and the manifests that name them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from filelock import FileLock, Timeout

from smallcap.backup.manifest import Entry, Manifest, is_name, read_manifest
from smallcap.errors import HomeBusyError, InputError
from smallcap.private_files import make_private, open_private

FILES_DIR: Final = "files"
MANIFESTS_DIR: Final = "backups"
LOCK: Final = ".lock"
_CHUNK: Final = 1 << 20
_UNFINISHED: Final = ".tmp"


class BackupStore:
    """The backups in one folder.

    Parameters
    ----------
    root
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """List the names of the complete backups, oldest first."""
        found = sorted((self.root / MANIFESTS_DIR).glob("*.json"))
        return [path.stem for path in found if is_name(path.stem)]

    def manifest(self, name: str) -> Manifest:
        """Read the manifest of a backup; errors as for `read_manifest`."""
        return read_manifest(self.manifest_path(name))

    def manifest_path(self, name: str) -> Path:
        """Name the file of a manifest."""
        return self.root / MANIFESTS_DIR / f"{name}.json"

    def path_of(self, sha256: str) -> Path:
        """Name the file that holds the bytes of this checksum."""
        return self.root / FILES_DIR / sha256[:2] / sha256

    def has(self, entry: Entry) -> bool:
        """Whether a file of this checksum is kept, in its full size."""
        try:
            return self.path_of(entry.sha256).stat().st_size == entry.size
        except FileNotFoundError:
            return False

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one who adds to the folder; unfinished files of one that was ended are removed.

        Raises
        ------
        HomeBusyError
            When another backup is being written there.
        InputError
            When the folder cannot be written to.
        """
        lock = FileLock(self.root / LOCK)
        with self._explained():
            for folder in (self.root / FILES_DIR, self.root / MANIFESTS_DIR):
                make_private(folder)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise HomeBusyError(
                    f"another backup is being written to {self.root}; wait for it to end, or stop it"
                ) from None
        try:
            for left in self.root.glob(f"*{_UNFINISHED}"):
                left.unlink(missing_ok=True)
            yield
        finally:
            lock.release()

    def put(self, file: Path) -> tuple[Entry, bool]:
        """Keep the bytes of a file, read once; those that are kept already are not written again.

        Returns
        -------
        tuple
            Their size and checksum, and whether they are new.

        Raises
        ------
        FileNotFoundError
            When the file is gone.
        InputError
            When the folder cannot be written to.
        """
        digest, size, temporary = hashlib.sha256(), 0, self.unfinished()
        with file.open("rb") as source, self._explained(), _new(temporary) as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        entry = Entry(size, digest.hexdigest())
        is_new = not self.has(entry)
        with self._explained():
            if is_new:
                path = self.path_of(entry.sha256)
                make_private(path.parent)
                os.replace(temporary, path)
            else:
                temporary.unlink()
        return entry, is_new

    def add(self, manifest: Manifest) -> None:
        """Make a backup complete: all its files are on the disk before its manifest is."""
        with self._explained():
            os.sync()
            temporary = self.unfinished()
            with _new(temporary) as target:
                target.write(manifest.to_json().encode())
                target.flush()
                os.fsync(target.fileno())
            os.replace(temporary, self.manifest_path(manifest.name))

    def prune(self, keep: int) -> int:
        """Remove all but the newest backups, then the files that none names; return how many backups.

        Nothing is removed where a manifest that stays cannot be read: it may name any file.
        """
        names = self.names()
        old, kept = names[:-keep], names[-keep:]
        if not old:
            return 0
        used = {entry.sha256 for name in kept for entry in self.manifest(name).files.values()}
        with self._explained():
            for name in old:
                self.manifest_path(name).unlink(missing_ok=True)
            for path in (self.root / FILES_DIR).glob("??/*"):
                if path.name not in used:
                    path.unlink(missing_ok=True)
        return len(old)

    def unfinished(self) -> Path:
        """Name a file that is being written."""
        return self.root / f"{os.getpid()}{_UNFINISHED}"

    def damage_of(self, files: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
        """Give each file that is not kept as a manifest says: its path in the home, and what is wrong."""
        for path, entry in files.items():
            kept = self.path_of(entry.sha256)
            try:
                if digest_of(kept) != entry:
                    yield path, f"the bytes of {kept} have changed"
            except FileNotFoundError:
                yield path, f"{kept} is gone"
            except OSError as error:
                yield path, f"{kept} cannot be read ({error.strerror})"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"the backup {self.root} cannot be written ({error.strerror or error}); make room or permit "
                f"it, and take the backup again: what was copied is kept"
            ) from None


def digest_of(file: Path) -> Entry:
    """Return size and SHA-256 of a file."""
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return Entry(stream.tell(), sha256)


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    with open(path, "wb", opener=open_private) as stream:
        yield stream
