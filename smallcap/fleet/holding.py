"""Which fleet makes a home: a lock for as long as it is made, and a note of who holds it.

The home's own lock allows one writer. This one lies around it, so that of two fleets over the same folder
each takes homes that the other does not make, and neither writes to a log that the other writes to.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from smallcap.parsing import parse_json
from smallcap.private_files import make_private

SOMEBODY = "another process"


class Hold:
    """A home, or the fetch for some, that one fleet makes.

    Parameters
    ----------
    folder
        The folder of locks of all fleets over one root.
    name
        The home.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._note = folder / f"{name}.json"
        self._lock = FileLock(folder / f"{name}.lock", thread_local=False)

    def take(self) -> bool:
        """Take the home, unless another fleet holds it."""
        make_private(self._note.parent)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        note = {"pid": os.getpid(), "host": socket.gethostname(), "since": moment}
        new = self._note.with_name(f"{self._note.name}.{os.getpid()}.new")
        new.write_text(json.dumps(note), encoding="utf-8")
        os.replace(new, self._note)
        return True

    def release(self) -> None:
        """Let others take the home."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def holder(self) -> str:
        """Say who holds the home, in words."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            note = parse_json(self._note.read_bytes())
            since = dt.datetime.fromisoformat(str(note["since"]))
            return f"the fleet of process {note['pid']} on {note['host']} since {since:%Y-%m-%d %H:%M:%S} UTC"
        return SOMEBODY
