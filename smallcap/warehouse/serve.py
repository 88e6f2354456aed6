"""Which catalogue is served: putting a new one in place, going back to an earlier one, keeping old ones.

``warehouse.duckdb`` is served. ``history/`` is the stack of what was served before it: a publication adds the
file it replaces, a rollback takes the newest one back. ``history/rolled_back/`` keeps what was rolled back
from; no rollback returns there, so after A, B, C, a rollback to B and a publication of D, the next rollback
serves B again, not the C that was left. A served file that is damaged is set aside as
``warehouse.duckdb.damaged`` when another takes its place.
"""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from smallcap.errors import DamagedCatalogueError, InputError
from smallcap.warehouse.reading import (
    CATALOGUE_FILE,
    HISTORY_DIR,
    connect,
    connect_whole,
    identity,
    is_damaged,
    published_files,
    require_whole,
    require_writable,
    served_path,
)

ROLLED_BACK_DIR = "rolled_back"
DAMAGED_FILE = f"{CATALOGUE_FILE}.damaged"
_LEFTOVER_SECONDS = 3600
"""An unfinished file this old belongs to a build that was killed."""


def swap(new: Path, warehouse_dir: Path, keep: int) -> Path | None:
    """Serve a new catalogue; a reader finds either the complete old file or the complete new one.

    The old file is in the history before the new one takes its place, so a crash in between loses neither. A
    damaged one is set aside instead.

    Parameters
    ----------
    new
        The closed file that `catalogue.build` returned, in `warehouse_dir`.
    warehouse_dir
        Folder of the served catalogue.
    keep
        How many earlier catalogues stay in the history, and how many of those rolled back from.

    Returns
    -------
    Path or None
        Where the file that was served is now, if it was damaged.
    """
    served = warehouse_dir / CATALOGUE_FILE
    if served.is_file():
        _remember(served, warehouse_dir / HISTORY_DIR, warehouse_dir)
    aside = _set_aside_if_damaged(served)
    put_in_place(new, served)
    for folder in (warehouse_dir / HISTORY_DIR, warehouse_dir / HISTORY_DIR / ROLLED_BACK_DIR):
        for old in [path for path in _catalogues(folder) if path.is_file()][:-keep]:
            old.unlink(missing_ok=True)
    _remove_leftovers(warehouse_dir)
    return aside


def rollback(warehouse_dir: Path, tell: Callable[[str], None] = lambda sentence: None) -> str:
    """Serve the previous catalogue again, the newest that is not damaged; repeated, go back step by step.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue.
    tell
        Called with a sentence for each damaged catalogue: which was skipped, where it is kept.

    Returns
    -------
    str
        The run whose catalogue is served now.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    InputError
        When there is no earlier catalogue, files that it serves are gone, or the folder cannot be written to.
    DamagedCatalogueError
        When the served catalogue is damaged and there is no earlier one to serve instead.
    """
    served = served_path(warehouse_dir)
    require_writable(warehouse_dir, "a rollback needs")
    history = warehouse_dir / HISTORY_DIR
    earlier = _catalogues(history)
    left = _run_of(served)
    runs = {path: _run_of(path) for path in earlier}
    # A crash between the two steps of a swap or rollback leaves the served catalogue on top of the history as
    # well.
    candidates = [(path, run) for path, run in runs.items() if run not in (None, left)]
    if not candidates:
        require_whole(served)
        raise InputError(
            f"there is no earlier catalogue in {history} to roll back to; run {left} stays served"
        )
    previous, run = candidates[-1]
    _require_files(previous, is_served_damaged=left is None)
    _remember(served, history / ROLLED_BACK_DIR, warehouse_dir)
    staged = _link_or_copy(previous, served.with_name(f"{served.name}.rollback.new"))
    aside = _set_aside_if_damaged(served)
    put_in_place(staged, served)
    if aside is not None:
        tell(f"the damaged catalogue is kept as {aside}")
    for path in earlier[earlier.index(previous) :]:
        if runs[path] is not None:
            path.unlink(missing_ok=True)
            continue
        skipped = history / ROLLED_BACK_DIR / path.name
        skipped.parent.mkdir(exist_ok=True)
        os.replace(path, skipped)
        tell(f"{path} is damaged and was skipped; it is kept as {skipped}")
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
    return [
        *_catalogues(history),
        *_catalogues(history / ROLLED_BACK_DIR),
        *([served] if served.is_file() else []),
    ]


def _catalogues(folder: Path) -> list[Path]:
    """List a folder's catalogues, oldest first: their names are numbers that grow."""
    return sorted(folder.glob("[0-9]*.duckdb"))


def _remember(served: Path, folder: Path, warehouse_dir: Path) -> None:
    """Keep the served file in `folder` under the next number, unless damaged or already the newest there."""
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


def _set_aside_if_damaged(served: Path) -> Path | None:
    """Keep a damaged served file beside the place that another is about to take.

    Return where, None where nothing was damaged.
    """
    if not served.exists() or not is_damaged(served):
        return None
    names = itertools.chain([DAMAGED_FILE], (f"{DAMAGED_FILE}-{number}" for number in itertools.count(2)))
    aside = next(path for name in names if not (path := served.with_name(name)).exists())
    if served.is_dir():
        return served.rename(aside)
    return _link_or_copy(served, aside)


def _run_of(path: Path) -> str | None:
    """Read the run that published a catalogue.

    Null where the file is damaged, so that another can take its place.
    """
    try:
        with connect_whole(path) as connection:
            return identity(connection).run_id
    except DamagedCatalogueError:
        return None


def _require_files(path: Path, *, is_served_damaged: bool) -> None:
    with connect(path) as connection:
        missing = [file for file in published_files(connection) if not file.is_file()]
    if missing:
        instead = "run 'smallcap run' to publish again" if is_served_damaged else "what is served now stays"
        raise InputError(
            f"the previous catalogue {path} needs {len(missing)} files that are no longer there, "
            f"the first is {missing[0]}; {instead}"
        )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_leftovers(warehouse_dir: Path) -> None:
    for path in warehouse_dir.glob(f"{CATALOGUE_FILE}.*"):
        if not path.name.startswith(DAMAGED_FILE) and time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
