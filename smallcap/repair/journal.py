"""Repairing a damaged run.json: every table goes back to what is served."""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import InputError
from smallcap.lake.home import Home
from smallcap.lake.journal import Journal
from smallcap.lake.store import Lake
from smallcap.repair.aside import move_aside
from smallcap.repair.stale import make_everything_again
from smallcap.tables import TABLES
from smallcap.warehouse.reading import served_versions


def journal_path(home: Path) -> Path:
    """Return the file in which a run notes what it has to undo."""
    return home / "run.json"


def damage_of_journal(home: Path) -> str | None:
    """Say what is wrong with the journal of a run that did not end; None where nothing is."""
    try:
        Journal(journal_path(home)).read()
    except InputError as error:
        return str(error).partition(". It records")[0]
    return None


def repair_journal(home: Home) -> None:
    """Undo what a run may have written of which nothing is recorded, and move the damaged file aside.

    Every table goes back to the version that is served. Where nothing is served, every year is made again.
    """
    served = served_versions(home.settings.warehouse_dir)
    lake = Lake(home.settings.lake_dir)
    if not served:
        make_everything_again(home)
    for name in TABLES if served else ():
        if lake.version(name) > served.get(name, -1):
            lake.restore(name, served.get(name, -1))
    move_aside(journal_path(home.path))
