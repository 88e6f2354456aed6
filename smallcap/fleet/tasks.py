"""What is started for each home of a fleet: the same `smallcap run` that a person would start."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smallcap.engine.unchanged import unchanged_since
from smallcap.errors import InputError
from smallcap.fleet.file import FleetHome, read_fleet
from smallcap.fleet.overlays import write_overlay
from smallcap.package_files import default_reference
from smallcap.private_files import make_private
from smallcap.settings import Settings, load_settings

OWN: Final = ".fleet"
"""Folder below the root for what belongs to the fleet; no home's name begins with a dot."""
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

    def environment(self, threads: int) -> dict[str, str]:
        """Return the environment of its process, with so many threads for calculations."""
        return {**os.environ, **self.variables, "POLARS_MAX_THREADS": str(threads)}

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
    make_private(root / OWN / "logs")
    return [_task(home, file.resolve().parent, root.resolve()) for home in homes]


def _task(home: FleetHome, beside: Path, root: Path) -> Task:
    given = dict(home.settings)
    if "input" in given:
        given["input"] = str((beside / str(given["input"])).absolute())
    try:
        base = Path(os.environ.get("SMALLCAP_REFERENCE_DIR") or default_reference())
        rules = write_overlay(home, beside, base, root / OWN / "rules" / home.name)
        where: dict[str, object] = {**given, "home": root / home.name, "rules": rules}
        settings = load_settings(**where)
    except InputError as error:
        raise InputError(f"home '{home.name}': {error}") from None
    return Task(
        home.name,
        home,
        settings,
        {f"SMALLCAP_{name.upper()}": _text(value) for name, value in where.items() if value is not None},
        root / OWN / "logs" / f"{home.name}.log",
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
