"""An output file of the user: outside the home, only for its owner, and renamed only when it is complete."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from smallcap.errors import InputError
from smallcap.private_files import open_private


@contextmanager
def new_file(target: Path, mode: Literal["w", "wb"], home: Path) -> Iterator[IO[Any]]:
    """Open a new file for writing; where the block fails or is stopped, nothing is left.

    Parameters
    ----------
    target, mode
        The file, which must not exist yet; ``w`` for text in UTF-8, ``wb`` for bytes.
    home
        The home that the rows come from; the file may not be in it.

    Raises
    ------
    InputError
        When `target` exists, is in the home, or cannot be written.
    """
    require_outside(target, home)
    check_new(target)
    unfinished = target.with_name(f".{uuid.uuid4().hex}.new")
    encoding, newline = ("utf-8", "") if mode == "w" else (None, None)
    try:
        with open(unfinished, mode, encoding=encoding, newline=newline, opener=open_private) as stream:
            yield stream
        os.replace(unfinished, target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror or error}); name another file"
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


def check_new(target: Path) -> None:
    """Refuse a file that exists, or whose folder does not.

    Raises
    ------
    InputError
        When nothing can be written at `target`.
    """
    if os.path.lexists(target):
        raise InputError(f"{target} exists already; remove it, or name another file")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise InputError(f"the folder {target.parent} is missing or cannot be written to; name another file")


def require_outside(target: Path, home: Path) -> None:
    """Refuse a path in the home, or a file of it, however the path is written.

    ``~`` is a name like any other, as where the file is written. Folders are compared as the file system
    knows them: through links, and where capital letters make no difference.

    Raises
    ------
    InputError
        When `target` is in the home, is a second name of one of its files, or cannot be followed.
    """
    try:
        real = target.resolve()
        folders = [folder for folder in (real, *real.parents) if folder.exists()]
        is_inside = home.exists() and any(os.path.samefile(folder, home) for folder in folders)
        is_second_name = not is_inside and _is_linked(real, home)
    except (OSError, RuntimeError) as error:
        raise InputError(f"{target} cannot be written ({error}); name another file") from None
    if is_inside or is_second_name:
        raise InputError(
            f"{target} is one of the home's own files, or would be among them; name a file outside of {home}"
        )


def _is_linked(file: Path, home: Path) -> bool:
    """Tell whether a file has a second name (a hard link) in the home."""
    if not file.is_file() or file.stat().st_nlink == 1:
        return False
    return any(os.path.samefile(file, own) for own in home.rglob("*") if own.is_file())
