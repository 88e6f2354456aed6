"""The manifest of one backup: which files a home consists of, each with its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from smallcap.errors import InputError
from smallcap.parsing import parse_json

FORMAT: Final = 1
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"\d{8}T\d{12}Z")
"""The name of a backup: when it was taken, UTC, to the microsecond."""


class OtherFormatError(ValueError):
    """A manifest in a format that this release does not read."""


class Entry(NamedTuple):
    """One file: its size in bytes and the SHA-256 of its bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """One backup.

    Attributes
    ----------
    name
        When it was taken, as `20261130T021500000000Z`; names in order are backups in order.
    release
        The release of smallcap that took it.
    run_id
        The run whose publication it holds.
    published_at
        When that was published: UTC, ISO 8601.
    files
        The files, by their paths in the home.
    """

    name: str
    release: str
    run_id: str
    published_at: str
    files: Mapping[str, Entry]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files.values())

    def to_json(self) -> str:
        """Write it as JSON, with a digest of its files: a manifest that lost some is recognised."""
        files = {path: list(entry) for path, entry in sorted(self.files.items())}
        own = {"release": self.release, "run_id": self.run_id, "published_at": self.published_at}
        document = {"format": FORMAT, "name": self.name, **own, "digest": _digest(files), "files": files}
        return json.dumps(document, indent=0)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises
    ------
    InputError
        When it cannot be read, is damaged, or is of a later release.
    """
    try:
        return parse_manifest(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None


def parse_manifest(content: bytes) -> Manifest:
    """Read the text of a manifest.

    Raises
    ------
    ValueError
        When it is damaged; `OtherFormatError` when another release wrote it in another format.
    """
    try:
        return _manifest_of(parse_json(content))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"it is no manifest: {error}") from None


def _damaged(path: Path, error: BaseException) -> InputError:
    return InputError(
        f"the backup {path} is damaged ({error}); restore another with --at, and take a new backup"
    )


def is_name(text: str) -> bool:
    """Whether a text can be the name of a backup."""
    return _NAME.fullmatch(text) is not None


def _manifest_of(found: Any) -> Manifest:
    if found["format"] != FORMAT:
        raise OtherFormatError(
            f"its format is {found['format']!r}, and this release of smallcap reads {FORMAT}"
        )
    if found["digest"] != _digest(found["files"]):
        raise ValueError("its list of files was changed")
    files = {_path(path): _entry(*values) for path, values in found["files"].items()}
    texts = [found[name] for name in ("name", "release", "run_id", "published_at")]
    if not all(isinstance(text, str) for text in texts) or not is_name(texts[0]):
        raise ValueError("it does not say what it is of")
    name, release, run_id, published_at = texts
    return Manifest(name, release, run_id, published_at, files)


def _entry(size: object, sha256: object) -> Entry:
    if not isinstance(size, int) or size < 0 or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError("a file in it has no size or checksum")
    return Entry(size, sha256)


def _path(text: str) -> str:
    """Return a path that stays inside a home.

    Raises
    ------
    ValueError
        When it would lead out of it.
    """
    parts = PurePosixPath(text).parts
    if not parts or text.startswith("/") or "\\" in text or "\0" in text or {"..", "."} & {*text.split("/")}:
        raise ValueError(f"its path {text!r} leads out of the home")
    return text


def _digest(files: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
