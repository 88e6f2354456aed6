"""Homes of a fleet whose processes run a script in place of the command."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from smallcap.fleet.tasks import Task, tasks_of

FLEET = '[[home]]\nname = "h"\nvary = { sample_seed = [1, 2, 3] }\n'


@dataclasses.dataclass(frozen=True)
class Script(Task):
    """A task that runs a script in place of the command."""

    script: str = ""

    def command(self, what: str = "run") -> list[str]:
        """Return the script."""
        return [sys.executable, "-c", self.script]


def scripts(folder: Path, *texts: str, fleet: str = FLEET) -> list[Script]:
    """Return the homes of a fleet file, each with its script."""
    (folder / "fleet.toml").write_text(fleet)
    tasks = tasks_of(folder / "fleet.toml", folder / "root")
    return [Script(**vars(task), script=text) for task, text in zip(tasks, texts, strict=False)]
