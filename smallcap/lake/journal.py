"""The journal of the run that writes to a home: which tables it has written to, and their versions before."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

from smallcap.errors import InputError
from smallcap.parsing import parse_json
from smallcap.tables import TABLES


class Journal:
    """The file ``run.json``: it exists while a run writes, and after a run that did not end.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._own: dict[str, object] | None = None

    def exists(self) -> bool:
        """Whether a run is writing, or did not end."""
        return self.path.is_file()

    def begin(self, run_id: str, command: str) -> None:
        """Write the journal of a run that has written nothing yet."""
        self._own = {
            "run_id": run_id,
            "pid": os.getpid(),
            "command": command,
            "started_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "tables": {},
        }
        self._write()

    def end(self, *, is_successful: bool) -> None:
        """End the run; the journal of a run that failed stays, so that the next run undoes it."""
        if is_successful:
            self.remove()
        self._own = None

    def remove(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def note(self, name: str, version: int) -> None:
        """Note a table before the run first writes to it; nothing without a run."""
        if self._own is not None and name not in self.tables:
            self._own["tables"] = {**self.tables, name: version}
            self._write()

    def forget(self, name: str) -> None:
        """Take a repaired table off the list of a run that did not end: nothing of it is to be undone."""
        found = self.read()
        if found is not None and name in tables_of(found):
            kept = {other: version for other, version in tables_of(found).items() if other != name}
            self._put({**found, "tables": kept})

    @property
    def tables(self) -> dict[str, int]:
        """Tables that the current run has written to, with their versions before."""
        return tables_of(self._own or {})

    def read(self) -> dict[str, object] | None:
        """Read what a run that did not end has written to; None where there is none.

        Raises
        ------
        InputError
            When the file cannot be read, so that nothing can be undone.
        """
        try:
            found: dict[str, object] = parse_json(self.path.read_bytes())
            _require_journal(found)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.path} cannot be read ({error}). It records what a run that did not end has written. "
                f"Restore the file from a backup, or run 'smallcap doctor --repair --home "
                f"{self.path.parent}', which takes every table back to what is served"
            ) from None
        return found

    def holder(self) -> str:
        """Describe the process that writes to the home."""
        try:
            journal = self.read()
        except InputError:
            journal = None
        if journal is None:
            return "another process that has just begun"
        return f"process {journal.get('pid')} ({journal.get('command')}) since {journal.get('started_at')}"

    def is_holder_alive(self) -> bool:
        """Whether the process that wrote the journal still exists on this machine."""
        try:
            journal = self.read()
        except InputError:
            return False
        try:
            os.kill(int(str((journal or {}).get("pid"))), 0)
        except (ValueError, ProcessLookupError):
            return False
        except PermissionError:
            return True
        return True

    def _write(self) -> None:
        self._put(self._own or {})

    def _put(self, journal: dict[str, object]) -> None:
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(journal, indent=1), encoding="utf-8")
        os.replace(temporary, self.path)


def tables_of(journal: dict[str, object]) -> dict[str, int]:
    """Return the tables that a journal lists, with their versions before the run."""
    tables = journal.get("tables")
    return tables if isinstance(tables, dict) else {}


def _require_journal(journal: object) -> None:
    """Refuse a document of another form by a `ValueError`."""
    tables = journal.get("tables") if isinstance(journal, dict) else None
    if not isinstance(tables, dict):
        raise ValueError("it does not list tables")
    for name, version in tables.items():
        if name not in TABLES or not isinstance(version, int):
            raise ValueError(f"'{name}' is not a table with a version")
