"""Repairing a damaged catalogue: from the lake where that is what was published, else from the history."""

from __future__ import annotations

from datetime import datetime

from smallcap import __version__
from smallcap.engine.guard import unaudited
from smallcap.errors import SmallcapError
from smallcap.lake.home import Home
from smallcap.package_files import SQL_DIR
from smallcap.repair.damage import find_damage
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.warehouse.catalogue import build
from smallcap.warehouse.contents import read_contents
from smallcap.warehouse.from_lake import RECORDS, tables_of
from smallcap.warehouse.reading import CATALOGUE_FILE, is_damaged
from smallcap.warehouse.serve import kept_catalogues, rollback, swap


def repair_catalogue(home: Home) -> str:
    """Serve again what the damaged catalogue served, or what was served before it; return which, in words.

    The damaged file is kept beside it.

    Parameters
    ----------
    home
        The home; the caller is its one writer.

    Raises
    ------
    DamagedCatalogueError
        When the lake does not hold what was published last, and no earlier catalogue can be read.
    """
    settings = home.settings
    last = _last_published(home)
    label = _label(settings)
    if last is not None and label is not None:
        run_id, published_at = last
        _build(home, run_id, published_at, label)
        return f"it was rebuilt from the lake, as run {run_id} published it"
    run_id = rollback(settings.warehouse_dir)
    return f"that of run {run_id}, an earlier one, is served; 'smallcap run' publishes the newest state"


def _last_published(home: Home) -> tuple[str, datetime] | None:
    """Return the newest run and when it published, where the lake holds exactly what it published."""
    try:
        if home.has_unfinished_run() or not home.records.is_last_run_published():
            return None
        if find_damage(home.settings, is_deep=False) or unaudited(home):
            return None
        runs = home.records.read("meta.runs").filter(status="published").sort("started_at")
    except SmallcapError:
        return None
    return runs["run_id"][-1], runs["finished_at"][-1]


def _label(settings: Settings) -> str | None:
    """Say what the data are: as the source does, or an earlier catalogue where it cannot be opened."""
    try:
        return open_source(settings, None).label
    except SmallcapError:
        kept = [path for path in kept_catalogues(settings.warehouse_dir) if not is_damaged(path)]
        return read_contents(kept[-1]).label if kept else None


def _build(home: Home, run_id: str, published_at: datetime, label: str) -> None:
    folder = home.settings.warehouse_dir
    new = build(
        path=folder / CATALOGUE_FILE,
        home=home.path,
        tables=tables_of(home.lake),
        meta={name: home.records.read(name) for name in RECORDS},
        views_dir=SQL_DIR / "views",
        run_id=run_id,
        published_at=published_at,
        label=label,
        release=__version__,
    )
    swap(new, folder, home.settings.keep_catalogues)
