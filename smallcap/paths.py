"""Paths of a user in full, and which a home may have.

Libraries read a home's path as an address, where characters have a meaning.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from smallcap.errors import InputError

_FORBIDDEN = re.compile(
    r"[#?\[\]]|%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f]|[\ud800-\udfff]" + (r"" if os.sep == "\\" else r"|\\")
)
LONGEST = 4000
"""Characters of a path; operating systems allow about 4,096 bytes."""


def expanded(path: str | Path) -> Path:
    """Write a path that begins with ``~`` in full.

    Raises
    ------
    InputError
        When it begins with the home folder of a user who is not known.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise InputError(
            f"the path '{path}' begins with the home folder of a user who is not known here; write it in full"
        ) from None


def in_full(folder: Path | None) -> Path | None:
    """Write a folder as an absolute path, which is right also for cron and the schedule."""
    if folder is None:
        return None
    folder = expanded(folder)
    # A link that leads to the folder stays: somebody may point it at newer data.
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def require_usable_home(home: Path) -> Path:
    """Return a home's path without links.

    Delta Lake and SQLite read the path as an address, so ``%20`` would become a space, which is another
    folder.

    Raises
    ------
    InputError
        When the path has a character that would be read differently, or is too long.
    """
    _require_short(home)
    try:
        resolved = home.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(
            f"the home {_shown(home)} cannot be used: {error}. Choose another with --home"
        ) from None
    for path in (home, resolved):
        found = _FORBIDDEN.search(str(path))
        if found is not None:
            raise InputError(
                f"the home {_shown(path)} cannot be used: its path contains '{_shown(found[0])}'. "
                f"The path of a home may "
                f"not contain # ? [ ] \\ or % with two digits. Choose another with --home or SMALLCAP_HOME"
            )
    return resolved


def _require_short(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST:
        raise InputError(
            f"the home {_shown(path)[:80]}… cannot be used: its path has more than {LONGEST:,} "
            f"characters. Choose "
            f"another with --home or SMALLCAP_HOME"
        )


def _shown(path: Path | str) -> str:
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in str(path)
    )
