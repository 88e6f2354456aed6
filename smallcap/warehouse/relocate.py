"""Pointing catalogues at their home again after it was moved or copied; no data is computed or copied."""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import SmallcapError
from smallcap.warehouse.catalogue import build
from smallcap.warehouse.contents import read_contents
from smallcap.warehouse.reading import identity_of, is_home_current, served_path
from smallcap.warehouse.serve import kept_catalogues, put_in_place


def ensure_home(warehouse_dir: Path, home: Path, views_dir: Path) -> bool:
    """Rebuild the catalogues' views for the place where the home is now, the same versions under the same run.

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
    SmallcapError
        When files that the served catalogue needs did not come along.
    """
    if is_home_current(warehouse_dir, home):
        return False
    served = served_path(warehouse_dir)
    for path in kept_catalogues(warehouse_dir):
        if identity_of(path).home == home.resolve():
            continue
        missing = _missing_files(path, home)
        if not missing:
            _repoint(path, home, views_dir)
        elif path == served:
            raise SmallcapError(
                f"the home {home} was moved or copied without {len(missing)} of its files, the first is {missing[0]}; "
                "copy the whole folder, or run 'smallcap run' to make it anew"
            )
    return True


def _missing_files(path: Path, home: Path) -> list[Path]:
    tables = read_contents(path, home).tables.values()
    return [file for table in tables for file in table.files if not file.is_file()]


def _repoint(path: Path, home: Path, views_dir: Path) -> None:
    contents = read_contents(path, home)
    new = build(
        path,
        home,
        list(contents.tables.values()),
        contents.meta,
        views_dir,
        contents.run_id,
        contents.published_at,
        contents.label,
        contents.release,
    )
    put_in_place(new, path)
