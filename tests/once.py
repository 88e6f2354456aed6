"""Costly homes that several files of tests read, made once in a session by whichever process is first."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def made_once(
    factory: pytest.TempPathFactory, worker_id: str, name: str, make: Callable[[Path], Made]
) -> Made:
    """Return what `make` returned for a folder of this name, made by whichever process asks first.

    The others wait for it.

    Parameters
    ----------
    factory, worker_id
        The fixtures `tmp_path_factory` and `worker_id`.
    name
        Of the folder.
    make
        Fills the folder that it is given, and returns what tests need to know of it.
    """
    base = factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / f"once-{name}"
    with FileLock(f"{folder}.lock"):
        told = folder / "told.pickle"
        if not told.is_file():
            folder.mkdir()
            told.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(told.read_bytes())  # type: ignore[no-any-return]
