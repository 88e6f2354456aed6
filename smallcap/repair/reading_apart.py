"""Reading data files without a checksum in a process of their own.

A damaged page of a Parquet file may end the process that reads it (an allocation of the size that the page
states). Run as a module, this reads what standard input lists, and says of each whether it is sound.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from smallcap.errors import SmallcapError

BEGUN, SOUND = "begun", "sound"
CRASHES = (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV)
"""Signals with which a library ends its process."""


@dataclass(frozen=True)
class Part:
    """The files of one year of a table, or of a table without partitions, and what they must hold.

    Attributes
    ----------
    table
        The table.
    files
        Paths of the files.
    rows
        Number of rows that the stamp states; None where any number is right.
    content
        Digest of the rows that the stamp states; empty where it is not compared.
    """

    table: str
    files: tuple[str, ...]
    rows: int | None
    content: str = ""


def read_apart(parts: Sequence[Part]) -> list[str | None]:
    """Read parts in a child process; return for each what is wrong, None where it is sound.

    Raises
    ------
    SmallcapError
        When the process ends for another reason than a file.
    """
    found: list[str | None] = []
    while len(found) < len(parts):
        child = subprocess.run(
            [sys.executable, "-m", __name__],
            input=json.dumps([asdict(part) for part in parts[len(found) :]]),
            capture_output=True,
            text=True,
            check=False,
        )
        begun, *answers = child.stdout.splitlines() or [""]
        found += [None if answer == SOUND else answer for answer in answers]
        if len(found) == len(parts):
            break
        if begun != BEGUN or -child.returncode not in CRASHES:
            reason = " ".join(child.stderr.split())[-300:]
            raise SmallcapError(
                f"the data files could not be verified: the process that reads them ended with code "
                f"{child.returncode} ({reason}); run again"
            )
        found.append("it ends the process that reads it")
    return found


def _answer(part: Part) -> str:
    from smallcap.lake.delta import DAMAGE

    try:
        return _compare(part)
    except DAMAGE as error:
        return " ".join(str(error).split()) or type(error).__name__


def _compare(part: Part) -> str:
    """Read the files of a part, and compare their rows with what the stamp states."""
    from pathlib import Path

    from smallcap.lake.digests import ALGORITHM, algorithm_of, digest_rows
    from smallcap.lake.parquet import scan
    from smallcap.tables import table

    found = table(part.table)
    rows = scan([Path(file) for file in part.files], found).collect(engine="in-memory")
    if part.rows is not None and rows.height != part.rows:
        return f"{rows.height} rows instead of {part.rows}"
    is_comparable = part.content and found.is_partitioned and algorithm_of(part.content) == ALGORITHM
    if is_comparable and digest_rows(found, rows) != part.content:
        return "its rows are not those that were audited"
    return SOUND


if __name__ == "__main__":
    print(BEGUN, flush=True)
    for description in json.load(sys.stdin):
        print(_answer(Part(**description)), flush=True)
