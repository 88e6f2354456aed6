"""Where stamps are kept: in the commit's own description, and in a file that the commit refers to.

A checkpoint does not carry what a commit says of itself, so any clean-up of the log loses it. It does carry
application transactions: each commit records the number of its stamp under the application `APPLICATION`, and
a file in the table's folder that is named by this number holds the text. The file is written before the
commit and never changed, so the stamp is as atomic as the commit, and every version refers to its own.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deltalake import CommitProperties, DeltaTable, Transaction

from smallcap.lake.log_files import LOG_DIR
from smallcap.lake.stamps import Stamp
from smallcap.parsing import parse_json

STAMP_KEY: Final = "smallcap"
"""Key of the stamp among what a commit says of itself."""
APPLICATION: Final = "smallcap"
"""Name of the application transaction whose version is the number of the stamp."""
STAMPS_DIR: Final = "_stamps"
"""Folder in that of the table; Delta ignores names that begin with an underscore."""
_NUMBER_BITS: Final = 63
"""A version of an application is a positive whole number of 64 bits."""


def record_stamp(table: Path, stamp: Stamp) -> CommitProperties:
    """Write the file of a stamp, and return the properties of the commit that refers to it.

    Parameters
    ----------
    table
        Folder of the table.
    stamp
        The stamp of the commit.
    """
    text = stamp.to_json()
    number = number_of(text)
    file = stamp_file(table, number)
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written again where it exists: the time of the file is that of the newest commit that refers to it.
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, file)
    # An earlier release finds the stamp in the commit alone.
    return CommitProperties({STAMP_KEY: text}, app_transactions=[Transaction(APPLICATION, number)])


def stamp_of(delta: DeltaTable, table: Path) -> Stamp | None:
    """Return the stamp of an opened version; None where it has rows and no stamp.

    Raises
    ------
    ValueError
        When the stamp is damaged.
    """
    commit = read_commit(commit_file(table, delta.version()))
    if commit.stamp is not None:
        return Stamp.from_json(_checked(commit.stamp, commit.number))
    number = delta.transaction_version(APPLICATION)
    text = None if number is None else _text_of(table, number)
    if text is not None:
        return Stamp.from_json(text)
    return Stamp() if delta.get_add_actions().num_rows == 0 else None


def stamp_file(table: Path, number: int) -> Path:
    """Name the file of a stamp."""
    return table / STAMPS_DIR / f"{number:016x}.json"


def commit_file(table: Path, version: int) -> Path:
    """Name the file of a commit in a table's log."""
    return table / LOG_DIR / f"{version:020}.json"


def number_of(text: str) -> int:
    """Return the number of a stamp, made from its text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> (64 - _NUMBER_BITS)


@dataclass(frozen=True)
class Commit:
    """What the file of a commit says of its stamp; nothing where the file is gone.

    Attributes
    ----------
    stamp
        The stamp's text.
    number
        The number of the stamp's file.
    """

    stamp: str | None = None
    number: int | None = None


def read_commit(file: Path) -> Commit:
    """Read what a commit says of its stamp."""
    stamp, number = None, None
    for kind, action in actions(file, ("commitInfo", "txn")):
        if kind == "commitInfo":
            stamp = action.get(STAMP_KEY)
        elif action.get("appId") == APPLICATION and isinstance(action.get("version"), int):
            number = action["version"]
    return Commit(stamp if isinstance(stamp, str) else None, number)


def actions(file: Path, kinds: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Read the actions of some kinds from the file of a commit; none where the file is gone.

    Raises
    ------
    ValueError
        When the file is damaged.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for line in content.splitlines():
        # Most of a file are actions of other kinds, with statistics of every column.
        if not any(f'"{kind}"'.encode() in line[:20] for kind in kinds):
            continue
        action = parse_json(line)
        if isinstance(action, dict):
            found += [(kind, action[kind]) for kind in kinds if isinstance(action.get(kind), dict)]
    return found


def _text_of(table: Path, number: int) -> str | None:
    """Read the file of a stamp; None where it is gone."""
    try:
        text = stamp_file(table, number).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return _checked(text, number)


def _checked(text: str, number: int | None) -> str:
    if number is not None and number_of(text) != number:
        raise ValueError(f"the text of stamp {number:016x} was changed")
    return text
