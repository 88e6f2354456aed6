"""Folders and files that only their owner can open, whatever the process would allow others (umask).

A vendor's data are licensed to the person who fetched them: homes, kept responses and everything that is
written out of a home are made this way.
"""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import Final

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
_OTHERS: Final = 0o077
"""The permissions of group and others."""


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing; those that exist stay as they are."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(PRIVATE_FOLDER, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file, in place of one that exists."""
    with open(path, "wb", opener=open_private) as stream:
        stream.write(content)


def open_private(path: str, flags: int) -> int:
    """Open a file for `open(..., opener=open_private)`, and take it from others where they could read it."""
    descriptor = os.open(path, flags, PRIVATE_FILE)
    os.fchmod(descriptor, PRIVATE_FILE)
    return descriptor


def open_to_others(folder: Path) -> str | None:
    """Say in a sentence that a folder of the user can be opened by others, and how to change that.

    None where it cannot, is another user's, or does not exist.
    """
    try:
        status = folder.stat()
    except OSError:
        return None
    if status.st_uid != os.geteuid() or not status.st_mode & _OTHERS:
        return None
    return (
        f"other users of this machine can open {folder} ({stat.filemode(status.st_mode)}); "
        f"restrict it with: chmod 700 {shlex.quote(str(folder))}"
    )
