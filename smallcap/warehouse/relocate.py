"""Pointing catalogues at their home again after it was moved or copied; no data is computed or copied."""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import MissingFilesError
from smallcap.warehouse.catalogue import build
from smallcap.warehouse.contents import Published, read_contents
from smallcap.warehouse.reading import (
    identity_of,
    is_damaged,
    is_home_current,
    require_whole,
    require_writable,
    served_path,
)
from smallcap.warehouse.serve import kept_catalogues, put_in_place


def ensure_home(warehouse_dir: Path, home: Path, views_dir: Path) -> bool:
    """Rebuild the catalogues' views for the present place of the home: same versions, same run.

    The served catalogue comes last, so that an interrupted move is noticed and finished by the next call.
    An earlier catalogue whose files were left behind stays as it is; a rollback to it says what is missing.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue.
    home
        Where the home is now.
    views_dir
        Folder of the further views.

    Returns
    -------
    bool
        Whether anything had to be rebuilt.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    DamagedCatalogueError
        When the served catalogue is damaged; the earlier ones were rebuilt.
    InputError
        When the folder cannot be written to.
    MissingFilesError
        When files that the served catalogue needs did not come along.
    """
    served = served_path(warehouse_dir)
    if not is_damaged(served) and is_home_current(warehouse_dir, home):
        return False
    require_writable(
        warehouse_dir, "a home needs once after it was moved, to point its catalogue to its files"
    )
    for path in kept_catalogues(warehouse_dir):
        if path != served and not is_damaged(path):
            _follow(path, home, views_dir)
    require_whole(served)
    missing = _follow(served, home, views_dir)
    if missing:
        raise _left_behind(home, missing)
    return True


def copy_for_reading(warehouse_dir: Path, home: Path, views_dir: Path, folder: Path) -> None:
    """Write a catalogue like the served one, whose views point to where the home is now, into another folder.

    For a home that was moved or copied and cannot be written to, such as a replica on a read-only mount.

    Parameters
    ----------
    warehouse_dir
        Folder of the served catalogue; nothing is written there.
    home
        Where the home is now.
    views_dir
        Folder of the further views.
    folder
        Where the copy is written, under the same name.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    DamagedCatalogueError
        When the served catalogue is damaged.
    MissingFilesError
        When files that it needs did not come along.
    """
    served = served_path(warehouse_dir)
    contents = read_contents(served, home)
    missing = _missing_files(contents)
    if missing:
        raise _left_behind(home, missing)
    _build(contents, folder / served.name, home, views_dir)


def _follow(path: Path, home: Path, views_dir: Path) -> list[Path]:
    """Point a catalogue to where the home is now, or return the files that it needs and that are missing."""
    if identity_of(path).home == home.resolve():
        return []
    contents = read_contents(path, home)
    missing = _missing_files(contents)
    if not missing:
        _build(contents, path, home, views_dir)
    return missing


def _build(contents: Published, path: Path, home: Path, views_dir: Path) -> None:
    """Build a catalogue of the same contents over the files of the home, and put it in place."""
    origin = (contents.run_id, contents.published_at, contents.label, contents.release)
    put_in_place(build(path, home, list(contents.tables.values()), contents.meta, views_dir, *origin), path)


def _missing_files(contents: Published) -> list[Path]:
    return [file for table in contents.tables.values() for file in table.files if not file.is_file()]


def _left_behind(home: Path, missing: list[Path]) -> MissingFilesError:
    return MissingFilesError(
        f"the home {home} was moved or copied without {len(missing)} of its files, first {missing[0]}; "
        "copy the complete folder, or run 'smallcap run' to rebuild it"
    )
