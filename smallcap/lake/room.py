"""Whether a disk has room for a write, asked before the write begins.

The writer of Delta tables stops with a panic of its own, which no caller can keep off the terminal, where a
file cannot be written to its end. So a write that may not fit does not begin.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Final

LEAST: Final = 1_000_000
"""Bytes that any commit may take: its part of the log, its stamp, a footer of each file."""
_MB: Final = 1_000_000


def require_room(folder: Path, size: int) -> None:
    """Refuse a write for which the disk may have no room.

    Parameters
    ----------
    folder
        Where it is written; it may not exist yet.
    size
        Bytes of the rows in memory. Compressed in a file they take less.

    Raises
    ------
    OSError
        With ENOSPC, as the write itself would.
    """
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free, needed = shutil.disk_usage(there).free, size + LEAST
    if free < needed:
        told = f"{os.strerror(errno.ENOSPC)}: up to {needed / _MB:.1f} MB may be needed"
        raise OSError(errno.ENOSPC, f"{told}, {free / _MB:.1f} MB are free")
