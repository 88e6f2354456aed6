"""Where rule sets are read from: the folder of all, and over it the files of one home's own rules.

A TOML file of an overlay may hold a part of a rule set: its values replace those of the same name. A CSV file
of an overlay replaces the whole file. A home keeps its overlay in its folder ``rules``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from smallcap.errors import InputError

FOLDER: Final = "rules"
"""The folder of a home that holds its overlay."""
DIGEST: Final = "rules_digest"
"""The name under which ``home.toml`` records the contents of that folder."""
ORIGIN: Final = "rules"
"""The name under which it records the folder that they were copied from."""


@dataclass(frozen=True)
class Reference:
    """The rule sets of a home.

    Attributes
    ----------
    base
        The folder of all rule sets.
    overlay
        A folder of files that stand over those of the base.
    """

    base: Path
    overlay: Path

    def __truediv__(self, name: str) -> Path:
        """Name the file of this name that is read first."""
        own = self.overlay / name
        return own if own.is_file() else self.base / name


ReferenceDir: TypeAlias = Path | Reference
"""A folder of rule sets, with or without an overlay."""


def base_of(reference: ReferenceDir) -> Path:
    """Return the folder of all rule sets."""
    return reference.base if isinstance(reference, Reference) else reference


def reference_of(base: Path, overlay: Path | None) -> ReferenceDir:
    """Return the rule sets of a folder, with an overlay where there is one."""
    return base if overlay is None else Reference(base, overlay)


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
