"""The files of one table's Delta log: which of them a version needs, and checkpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deltalake import DeltaTable

from smallcap.lake.room import require_room

LOG_DIR: Final = "_delta_log"
CHECKPOINT_EVERY: Final = 10
"""Commits after which a version that is kept gets a checkpoint: so few files are read to open it."""
_COMMIT: Final = re.compile(r"(\d{20})\.json")
_CHECKPOINT: Final = re.compile(r"(\d{20})\.checkpoint\.parquet")


@dataclass
class LogFiles:
    """The commits and checkpoints that there are of a table; other files in the folder are left alone.

    Attributes
    ----------
    table
        Folder of the table.
    commits, checkpoints
        The time of each commit's file by version, in seconds since 1970; and versions with a checkpoint.
    """

    table: Path
    commits: dict[int, float]
    checkpoints: set[int]

    @classmethod
    def of(cls, table: Path) -> LogFiles:
        """List the log of a table."""
        log = cls(table, {}, set())
        for file in (table / LOG_DIR).iterdir():
            if found := _COMMIT.fullmatch(file.name):
                log.commits[int(found[1])] = file.stat().st_mtime
            elif found := _CHECKPOINT.fullmatch(file.name):
                log.checkpoints.add(int(found[1]))
        return log

    def since(self, moment: float) -> set[int]:
        """Return the versions that were the newest at a moment or later."""
        later = {version for version, time in self.commits.items() if time >= moment}
        return later | {max((version for version in self.commits if version not in later), default=0)}

    def can_open(self, version: int) -> bool:
        """Whether all files are there that a version is read from."""
        return self.commits.keys() >= set(self._after_checkpoint(version))

    def delete_unneeded(self, kept: Iterable[int]) -> int:
        """Delete every commit and checkpoint that no kept version is read from; return how many."""
        versions = [version for version in kept if self.can_open(version)]
        commits = {commit for version in versions for commit in (version, *self._after_checkpoint(version))}
        checkpoints = {self._checkpoint_of(version) for version in versions}
        gone = [
            *(self.file_of_checkpoint(version) for version in self.checkpoints - checkpoints),
            *(self.file_of_commit(version) for version in sorted(self.commits.keys() - commits)),
        ]
        for file in gone:
            file.unlink(missing_ok=True)
        self.checkpoints &= checkpoints
        self.commits = {version: time for version, time in self.commits.items() if version in commits}
        return len(gone)

    def add_checkpoints(self, kept: Iterable[int]) -> None:
        """Write a checkpoint of each kept version that is read from too many commits."""
        for version in sorted(kept):
            if self.can_open(version) and len(self._after_checkpoint(version)) > CHECKPOINT_EVERY:
                require_room(self.table, 0)
                DeltaTable(self.table, version=version).create_checkpoint()
                self.checkpoints.add(version)

    def _checkpoint_of(self, version: int) -> int:
        """Return the newest checkpoint from which a version can be read; -1 where there is none."""
        return max((made for made in self.checkpoints if made <= version), default=-1)

    def _after_checkpoint(self, version: int) -> range:
        """Return the commits that are read after the checkpoint."""
        return range(self._checkpoint_of(version) + 1, version + 1)

    def file_of_commit(self, version: int) -> Path:
        """Name the file of a commit."""
        return self.table / LOG_DIR / f"{version:020}.json"

    def file_of_checkpoint(self, version: int) -> Path:
        """Name the file of a checkpoint."""
        return self.table / LOG_DIR / f"{version:020}.checkpoint.parquet"
