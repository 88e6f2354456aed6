"""Walks an input folder and reads its regular files; links must stay inside, and sizes have limits."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from smallcap.errors import InputError
from smallcap.input_limits import MEGABYTE, InputLimits

_LEAVE_OUT = (".", "_")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a FIFO must not wait for its writer."""


@dataclass(frozen=True)
class DiskFile:
    """A file below the input folder.

    Attributes
    ----------
    relative
        Its path below the folder, perhaps through links.
    real
        Its path without links.
    """

    relative: Path
    real: Path


def walk(folder: Path, limits: InputLimits, role: Callable[[Path], object]) -> Iterator[DiskFile | str]:
    """Yield every file below the folder in the order of its path, and a message for what is not read.

    These are links that lead outside, and names that are not UTF-8.

    A folder is visited once per role, so links that form a cycle end. Names that start with a dot or an
    underscore are skipped.

    Parameters
    ----------
    folder
        The input folder; it may itself be a link.
    limits
        The limit on the number of entries.
    role
        Returns what a folder is used for, given its relative path.

    Raises
    ------
    InputError
        When the folder cannot be read, or has too many entries.
    """
    root = Path(os.path.realpath(folder))
    waiting, visited, count = [Path()], set[tuple[str, object]](), 0
    while waiting:
        relative = waiting.pop()
        place = (os.path.realpath(folder / relative), role(relative))
        if place in visited:
            continue
        visited.add(place)
        inner: list[Path] = []
        for name in _names(folder / relative):
            count += 1
            if count > limits.files:
                raise InputError(
                    f"the input folder {folder} has more than {limits.files:,} files and folders. "
                    f"Name a smaller "
                    f"folder, or raise max_input_files (SMALLCAP_MAX_INPUT_FILES)"
                )
            below = relative / name
            shown = str(folder / below).encode("utf-8", "backslashreplace").decode()
            if shown != str(folder / below):
                yield f"{shown}: the name is not text in UTF-8. Rename it"
                continue
            real = Path(os.path.realpath(folder / below))
            if not real.is_relative_to(root):
                yield (
                    f"{folder / below} is a link that leads out of the input folder, to {real}. "
                    f"Copy the file or "
                    f"folder into the input folder"
                )
            elif real.is_dir():
                inner.append(below)
            else:
                yield DiskFile(below, real)
        waiting += reversed(inner)


def size_of(found: DiskFile, folder: Path, limits: InputLimits) -> int:
    """Return the size of a file in bytes.

    Raises
    ------
    InputError
        When it does not exist, is not a regular file, or is too large.
    """
    path = folder / found.relative
    try:
        status = os.stat(found.real)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"{path} is not a regular file (a FIFO, socket or device). Remove it from the input folder"
        )
    if status.st_size > limits.file_bytes:
        raise InputError(
            f"{path} has {status.st_size / MEGABYTE:,.0f} MB, more than {limits.file_mb:,}. Use a "
            f"smaller file, "
            f"or raise max_input_mb (SMALLCAP_MAX_INPUT_MB)"
        )
    return status.st_size


def read_start(found: DiskFile, folder: Path, most_bytes: int) -> bytes:
    """Read at most so many bytes of a regular file. Raises `InputError` when it cannot be read."""
    path = folder / found.relative
    try:
        handle = os.open(found.real, _FLAGS)
        with os.fdopen(handle, "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise InputError(f"{path} is not a regular file. Remove it from the input folder")
            return opened.read(most_bytes)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def read_bytes(found: DiskFile, folder: Path, limits: InputLimits) -> bytes:
    """Read a file, after checking its size. Raises `InputError` as `size_of` and `read_start` do."""
    size_of(found, folder, limits)
    payload = read_start(found, folder, limits.file_bytes + 1)
    if len(payload) > limits.file_bytes:
        raise InputError(f"{folder / found.relative} grew while it was read. Start the run again")
    return payload


def _names(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith(_LEAVE_OUT))
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}") from None
