"""Which paths can be used at all, and those of a user in full."""

from __future__ import annotations

import os
from pathlib import Path

from smallcap.errors import InputError

LONGEST = 4000
"""Bytes of a path; operating systems allow about 4,096."""
LONGEST_NAME = 255
"""Bytes of the name of a file or folder, the limit of most file systems."""


def usable_path(path: Path, what: str, remedy: str) -> Path:
    """Return a path with ``~`` replaced, if an operating system allows such a path.

    Parameters
    ----------
    path, what, remedy
        The path as given, what it is of, for the message, and how to give another.

    Raises
    ------
    InputError
        When the path contains a NUL character or is not UTF-8, when it or a name in it is too long, when
        its links form a cycle, or it begins with the home folder of an unknown user.
    """
    try:
        found = path.expanduser()
    except RuntimeError:
        raise InputError(
            f"the path '{shown(path)}' begins with the home folder of a user who is not known here; write "
            f"it in full"
        ) from None
    problem = _impossible(found)
    if problem:
        raise InputError(f"{what} {shown(found)[:80]} cannot be used: {problem}. {remedy}")
    return found


def _impossible(path: Path) -> str:
    """Return why no system allows a path; empty where one may."""
    if "\0" in str(path):
        return "its path contains a NUL character"
    try:
        if len(os.fsencode(path)) > LONGEST:
            return f"its path has more than {LONGEST:,} bytes"
        if any(len(os.fsencode(part)) > LONGEST_NAME for part in path.parts):
            return f"a name in its path has more than {LONGEST_NAME} bytes"
        str(path.resolve()).encode()
    except UnicodeEncodeError:
        return "its path is not text in UTF-8"
    except (OSError, RuntimeError) as error:
        return shown(str(error))
    return ""


def setting_path(path: str | Path, name: str) -> Path:
    """Return the path that a setting names, with ``~`` replaced, if an operating system allows it.

    Raises
    ------
    InputError
        As `usable_path` does; the message names the setting.
    """
    return usable_path(
        Path(path), f"the folder of setting '{name}'", f"Name another with SMALLCAP_{name.upper()}"
    )


def in_full(folder: Path | None) -> Path | None:
    """Write a folder as an absolute path, which is right also for cron and the schedule."""
    if folder is None:
        return None
    folder = setting_path(folder, "input")
    # A link that leads to the folder stays: somebody may point it at newer data.
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def shown(path: Path | str) -> str:
    """Write a path with what cannot be printed as escapes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in str(path)
    )
