"""Where rule sets are read from: the folder of all, and over it the files of one home's own rules.

A TOML file of an overlay may hold a part of a rule set: its values replace those of the same name. A CSV file
of an overlay replaces the whole file. `rule_overlay` finds and checks overlays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


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
