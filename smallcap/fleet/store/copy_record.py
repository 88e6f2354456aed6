"""What a copy of a home records of itself: where it was pulled from, and which files it holds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from smallcap.backup.manifest import Entry
from smallcap.errors import InputError
from smallcap.home_record import COPIED
from smallcap.parsing import parse_json

FORMAT: Final = 1


@dataclass(frozen=True)
class CopyRecord:
    """The record ``pulled.json`` of a copy.

    Attributes
    ----------
    store
        The address of the store.
    number, run_id
        The pointer that is served here, and its run.
    files
        The files that are known to be whole, by their paths in the copy.
    earlier
        Paths of the publication before, whose files stay for readers that began with it.
    """

    store: str = ""
    number: int = 0
    run_id: str = ""
    files: Mapping[str, Entry] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()


def read_copy(home: Path) -> CopyRecord | None:
    """Read the record of a copy; None where the folder is none.

    Raises
    ------
    InputError
        When the record is damaged.
    """
    path = home / COPIED
    if not path.is_file():
        return None
    try:
        found = parse_json(path.read_bytes())
        files = {name: Entry(int(size), str(sha256)) for name, (size, sha256) in found["files"].items()}
        number, texts = int(found["number"]), (str(found["store"]), str(found["run_id"]))
        return CopyRecord(texts[0], number, texts[1], files, tuple(map(str, found["earlier"])))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path} is damaged ({error}); remove the folder {home}, and pull it again"
        ) from None


def write_copy(home: Path, record: CopyRecord) -> None:
    """Write the record of a copy in one step."""
    new = home / f"{COPIED}.{os.getpid()}.tmp"
    files = {path: list(entry) for path, entry in sorted(record.files.items())}
    document = {**vars(record), "format": FORMAT, "files": files, "earlier": list(record.earlier)}
    new.write_text(json.dumps(document, indent=0), encoding="utf-8")
    os.replace(new, home / COPIED)
