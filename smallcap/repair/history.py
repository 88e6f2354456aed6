"""Repairing Dagster's history of runs: a damaged database is moved aside, and the next run begins another."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from smallcap.repair.aside import move_aside
from smallcap.settings import Settings

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""


def damaged_databases(settings: Settings) -> dict[Path, str]:
    """List the damaged databases of a home's Dagster, each with what SQLite says."""
    found = {path: _damage_of(path) for path in sorted(settings.dagster_dir.rglob("*.db")) if path.is_file()}
    return {path: reason for path, reason in found.items() if reason is not None}


def repair_database(path: Path) -> None:
    """Move a damaged database aside, with what SQLite keeps beside it."""
    for beside in _BESIDE:
        companion = path.with_name(path.name + beside)
        if companion.exists():
            move_aside(companion)
    move_aside(path)


def _damage_of(path: Path) -> str | None:
    # As it is on the disk: opening it otherwise makes files beside it. Where another process is writing, that
    # may look damaged, so it is opened as usual before it is called so.
    return _checked(path, "immutable=1") and _checked(path, "mode=ro")


def _checked(path: Path, how: str) -> str | None:
    """Let SQLite check a database; return what it says is wrong."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as connection:
            answers = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    except sqlite3.OperationalError as error:
        # A database that is locked, or in a folder that cannot be written to, is not damaged.
        return str(error) if "malformed" in str(error) else None
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if answers == ["ok"] else answers[0]
