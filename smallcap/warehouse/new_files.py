"""An output file of the user: written under another name, and renamed only when it is complete."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from smallcap.errors import InputError


@contextmanager
def new_file(target: Path, mode: Literal["w", "wb"]) -> Iterator[IO[Any]]:
    """Open a new file for writing; where the block fails or is stopped, nothing is left.

    Parameters
    ----------
    target
        The file; it must not exist yet.
    mode
        ``w`` for text in UTF-8, ``wb`` for bytes.

    Raises
    ------
    InputError
        When `target` exists, or cannot be written.
    """
    check_new(target)
    unfinished = target.with_name(f".{uuid.uuid4().hex}.new")
    try:
        with unfinished.open(
            mode, encoding="utf-8" if mode == "w" else None, newline="" if mode == "w" else None
        ) as stream:
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
        raise InputError(
            f"the folder {target.parent} does not exist or cannot be written to; name another file"
        )
