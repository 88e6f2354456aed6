"""Which path a home may have.

Libraries read a home's path as an address, where characters have a meaning.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from smallcap.errors import InputError
from smallcap.paths import shown, usable_path

_FORBIDDEN = re.compile(r"[#?\[\]=]|%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f]" + (r"" if os.sep == "\\" else r"|\\"))
FOLDERS = ("lake", "warehouse", "snapshots", "dagster", "reports", "rules")
"""The folders of a home."""


def require_usable_home(home: Path) -> Path:
    """Return a home's path without links.

    Delta Lake and SQLite read the path as an address, so ``%20`` would become a space, which is another
    folder. Polars takes a folder ``a=b`` for a partition.

    Raises
    ------
    InputError
        When the path has a character that would be read differently, or is too long, or when a file is where
        the home has a folder.
    """
    remedy = "Choose another with --home or SMALLCAP_HOME"
    home = usable_path(home, "the home", remedy)
    try:
        resolved = home.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"the home {shown(home)} cannot be used: {error}. {remedy}") from None
    for path in (home, resolved):
        found = _FORBIDDEN.search(str(path))
        if found is not None:
            raise InputError(
                f"the home {shown(path)} cannot be used: its path contains '{shown(found[0])}'. "
                f"The path of a home may "
                f"not contain # ? [ ] = \\ or % with two digits. {remedy}"
            )
    for folder in (resolved / name for name in FOLDERS):
        if os.path.isfile(folder):
            raise InputError(
                f"{shown(folder)} is a file, and a home has a folder there. Move it away: 'smallcap run' "
                f"makes again what was in the folder"
            )
    return resolved
