"""Which catalogue is served: putting a new one in place, going back to an earlier one, and keeping what was served.

``warehouse.duckdb`` is served. ``history/`` is the stack of what was served before it: a publication adds the file it replaces,
a rollback takes the newest one back. ``history/rolled_back/`` keeps what was rolled back from; no rollback returns there,
so after A, B, C, a rollback to B and a publication of D, the next rollback serves B again, not the C that was left.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from smallcap.errors import InputError, SmallcapError
from smallcap.warehouse.reading import CATALOGUE_FILE, connect, identity_of, published_files, served_path

HISTORY_DIR = "history"
ROLLED_BACK_DIR = "rolled_back"
_LEFTOVER_SECONDS = 3600
"""An unfinished file this old belongs to a build that was killed."""


def swap(new: Path, warehouse_dir: Path, keep: int) -> None:
    """Serve a new catalogue; a reader finds either the old file or the new one, whole.

    The old file is in the history before the new one takes its place, so a crash in between loses neither.

    Parameters
    ----------
    new
        The closed file that `catalogue.build` returned, in `warehouse_dir`.
    warehouse_dir
        Folder of the served catalogue.
    keep
        How many earlier catalogues stay in the history, and how many of those rolled back from.
    """
    served = warehouse_dir / CATALOGUE_FILE
    if served.is_file():
        _remember(served, warehouse_dir / HISTORY_DIR, warehouse_dir)
    put_in_place(new, served)
    for folder in (warehouse_dir / HISTORY_DIR, warehouse_dir / HISTORY_DIR / ROLLED_BACK_DIR):
        for old in _catalogues(folder)[:-keep]:
            old.unlink(missing_ok=True)
    _remove_leftovers(warehouse_dir)


def rollback(warehouse_dir: Path) -> str:
    """Serve the previous catalogue again; repeated, go back step by step.

    Returns
    -------
    str
        The run whose catalogue is served now.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    InputError
        When there is no earlier catalogue, or files that it serves are gone.
    """
    served = served_path(warehouse_dir)
    history = warehouse_dir / HISTORY_DIR
    earlier = _catalogues(history)
    left = _run_of(served)
    runs = {path: _run_of(path) for path in earlier}
    # A crash between the two steps of a swap or rollback leaves the served catalogue on top of the history as well.
    candidates = [(path, run) for path, run in runs.items() if run not in (None, left)]
    if not candidates:
        raise InputError(f"there is no earlier catalogue in {history} to roll back to; run {left or 'unknown'} stays served")
    previous, run = candidates[-1]
    _require_files(previous)
    _remember(served, history / ROLLED_BACK_DIR, warehouse_dir)
    staged = _link_or_copy(previous, served.with_name(f"{served.name}.rollback.new"))
    put_in_place(staged, served)
    for path in earlier[earlier.index(previous) :]:
        path.unlink(missing_ok=True)
    return str(run)


def put_in_place(new: Path, path: Path) -> None:
    """Replace a file by a new one in a single step that survives a crash."""
    _flush(new)
    os.replace(new, path)
    _flush(path.parent)


def kept_catalogues(warehouse_dir: Path) -> list[Path]:
    """List every kept catalogue: earlier ones, those rolled back from, and last the one served."""
    history = warehouse_dir / HISTORY_DIR
    served = warehouse_dir / CATALOGUE_FILE
    return [*_catalogues(history), *_catalogues(history / ROLLED_BACK_DIR), *([served] if served.is_file() else [])]


def _catalogues(folder: Path) -> list[Path]:
    """List a folder's catalogues, oldest first: their names are numbers that grow."""
    return sorted(folder.glob("[0-9]*.duckdb"))


def _remember(served: Path, folder: Path, warehouse_dir: Path) -> None:
    """Keep the served file in `folder` under the next number, unless it is damaged or its run is the newest there already."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = _catalogues(folder)
    run = _run_of(served)
    if run is None or (kept and _run_of(kept[-1]) == run):
        return
    numbers = [int(path.stem) for path in kept_catalogues(warehouse_dir) if path.stem.isdigit()]
    staged = _link_or_copy(served, folder / f"{CATALOGUE_FILE}.new")
    put_in_place(staged, folder / f"{max(numbers, default=0) + 1:06d}.duckdb")


def _link_or_copy(source: Path, target: Path) -> Path:
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        # Some file systems have no hard links.
        shutil.copyfile(source, target)
    return target


def _run_of(path: Path) -> str | None:
    """Read the run that published a catalogue; null where the file is damaged, so that another can take its place."""
    try:
        return identity_of(path).run_id
    except SmallcapError:
        return None


def _require_files(path: Path) -> None:
    with connect(path) as connection:
        missing = [file for file in published_files(connection) if not file.is_file()]
    if missing:
        raise InputError(
            f"the previous catalogue {path} needs {len(missing)} files that are no longer there, the first is {missing[0]}; "
            "what is served now stays"
        )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_leftovers(warehouse_dir: Path) -> None:
    for path in warehouse_dir.glob(f"{CATALOGUE_FILE}.*"):
        if time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
