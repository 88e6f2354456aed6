"""What is started for each home of a fleet: the same `smallcap run` that a person would start."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from smallcap.engine.unchanged import LIVE_PRESETS, unchanged_since
from smallcap.errors import HomeBusyError, InputError
from smallcap.fleet.file import FleetHome, read_fleet
from smallcap.fleet.holding import Hold
from smallcap.fleet.overlays import write_overlay
from smallcap.package_files import default_reference
from smallcap.private_files import make_private
from smallcap.rule_overlay import overlay_of
from smallcap.settings import Settings, load_settings

OWN: Final = ".fleet"
"""Folder below the root for what belongs to the fleet; no home's name begins with a dot."""
HOLDS: Final = "holds"
QUOTA: Final = "quota"
COMMAND: Final = ("-P", "-m", "smallcap.pipelines.command.app")
"""What Python runs as the command `smallcap`; the fleet starts it as a process and imports none of it."""


@dataclass(frozen=True)
class Task:
    """One home and the command that makes it.

    Attributes
    ----------
    name
        The home.
    home
        Its row of the fleet, expanded.
    settings
        Its settings.
    variables
        Environment variables that give a process these settings.
    log
        File that the process writes to.
    """

    name: str
    home: FleetHome
    settings: Settings
    variables: Mapping[str, str]
    log: Path

    def command(self, what: str = "run") -> list[str]:
        """Return the command line that makes the home, or fetches for it."""
        return [sys.executable, *COMMAND, what, *self.home.arguments()]

    @property
    def holds(self) -> Path:
        """Folder of the locks of all fleets over the same root."""
        return self.log.parent.parent / HOLDS

    def own_variables(self, what: str) -> dict[str, str]:
        """Return the variables of its process: a home of a live source is computed from what was fetched."""
        is_computed = what == "run" and self.settings.preset in LIVE_PRESETS
        return {**self.variables, **({"SMALLCAP_IS_OFFLINE": "true"} if is_computed else {})}

    def environment(self, threads: int, what: str) -> dict[str, str]:
        """Return the environment of its process, with so many threads for calculations."""
        return {**os.environ, **self.own_variables(what), "POLARS_MAX_THREADS": str(threads)}

    def is_current(self) -> bool:
        """Whether its last run found nothing to make, and nothing it depends on has changed since."""
        row = self.home.row
        return unchanged_since(self.settings, f"{row.first} {row.last} {row.as_of}") is not None


def tasks_of(file: Path, root: Path) -> list[Task]:
    """Read a fleet file and prepare the task of each home; folders of rules are written below the root.

    Raises
    ------
    InputError
        When the file or a setting of a home is refused; the message names the home.
    """
    homes = read_fleet(file)
    with _alone(root):
        return [_task(home, file.resolve().parent, root.resolve()) for home in homes]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the root: two fleets that begin at once would write the same folders of rules."""
    lock = FileLock(root / OWN / "lock")
    try:
        make_private(root / OWN / "logs")
        lock.acquire()
    except OSError as error:
        raise InputError(
            f"the folder of the fleet, {root}, cannot be used ({error.strerror}); name another with --root"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _task(home: FleetHome, beside: Path, root: Path) -> Task:
    given = dict(home.settings)
    if "input" in given:
        given["input"] = str((beside / str(given["input"])).absolute())
    try:
        base = Path(os.environ.get("SMALLCAP_REFERENCE_DIR") or default_reference())
        hold = Hold(root / OWN / HOLDS, home.name)
        rules = write_overlay(home, beside, base, root / OWN / "rules" / home.name, hold)
        if rules is None and (kept := overlay_of(root / home.name, None)) is not None:
            raise InputError(
                f"it was made under rules of its own, {kept}, and its row names none; name them again, or "
                f"give the row another name"
            )
        # The vendor counts requests by key, whichever home asks.
        quota = os.environ.get("SMALLCAP_QUOTA_DIR") or root / OWN / QUOTA
        where: dict[str, object] = {**given, "home": root / home.name, "rules": rules, "quota_dir": quota}
        settings = load_settings(**where)
    except (InputError, HomeBusyError) as error:
        raise type(error)(f"home '{home.name}': {error}") from None
    return Task(
        home.name,
        home,
        settings,
        {f"SMALLCAP_{name.upper()}": _text(value) for name, value in where.items() if value is not None},
        root / OWN / "logs" / f"{home.name}.log",
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines of a log; none where there is no log."""
    if not log.is_file():
        return []
    return log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-count:]
