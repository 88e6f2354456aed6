"""The overlay of a home: rule files of its own, in its folder ``rules``, which stand over those of all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smallcap.errors import InputError

FOLDER: Final = "rules"
"""The folder of a home that holds its overlay."""
DIGEST: Final = "rules_digest"
"""The name under which ``home.toml`` records the contents of that folder."""
ORIGIN: Final = "rules"
"""The name under which it records the folder that they were copied from."""


def overlay_of(home: Path, given: Path | None) -> Path | None:
    """Return the overlay that a run uses: the one given, else that of the home; None where there is none."""
    if given is not None:
        return given
    return home / FOLDER if files_of(home / FOLDER) else None


def files_of(overlay: Path) -> list[Path]:
    """List the files of an overlay by name; hidden files, which editors leave, do not count."""
    return sorted(path for path in _listed(overlay) if not path.name.startswith("."))


def digest_of_overlay(overlay: Path | None) -> str | None:
    """Digest names and contents of an overlay; None where there is none or it is empty.

    Raises
    ------
    InputError
        When a file cannot be read.
    """
    files = [] if overlay is None else files_of(overlay)
    digest = hashlib.sha256()
    for path in files:
        content = _content(path)
        digest.update(f"{path.name}\n{len(content)}\n".encode() + content)
    return f"1:{digest.hexdigest()[:32]}" if files else None


def require_overlay(overlay: Path, base: Path) -> Path:
    """Return an overlay that can be used.

    Raises
    ------
    InputError
        When the folder is not there or empty, or has files that the folder of rule sets does not have; the
        message lists them.
    """
    if not overlay.is_dir():
        raise InputError(f"the folder of rules {overlay} does not exist; name a folder of rule files")
    names = [path.name for path in files_of(overlay)]
    unknown = [name for name in names if not (base / name).is_file()]
    if unknown:
        raise InputError(
            f"the folder of rules {overlay} has files that replace nothing: {', '.join(unknown)}. The rule "
            f"files of {base} are: {', '.join(sorted(path.name for path in _listed(base) if path.is_file()))}"
        )
    if not names:
        raise InputError(f"the folder of rules {overlay} is empty; put the files to replace into it")
    return overlay


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir() if folder.is_dir() else ()
    except OSError as error:
        raise InputError(f"the folder of rules {folder} cannot be read ({error.strerror})") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"the rule file {path} cannot be read ({error.strerror}); permit it") from None
