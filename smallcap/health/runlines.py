"""The log of a home's runs: one line of JSON per command that makes something, rotated by size."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from smallcap.parsing import parse_json
from smallcap.private_files import make_private, open_private

FOLDER = "logs"
FILE = "runs.jsonl"
MAX_BYTES = 1_000_000
"""A line has about 400 bytes: a file lasts for about seven years of nights."""
KEPT_FILES = 5


@dataclass(frozen=True)
class RunLine:
    """One command that made something, or tried to.

    Attributes
    ----------
    at
        When it ended, UTC, ISO 8601 without a zone.
    command
        What was asked, without secrets.
    preset
        Where the data come from.
    exit_code
        How it ended; 0 is a good run.
    message
        The error in words; empty for a good run.
    seconds
        How long it took.
    home_bytes
        Size of the home at its end.
    """

    at: str
    command: str
    preset: str
    exit_code: int
    message: str
    seconds: float
    home_bytes: int

    @property
    def moment(self) -> dt.datetime:
        """When the command ended, UTC."""
        return dt.datetime.fromisoformat(self.at)

    @property
    def is_good(self) -> bool:
        """Whether it did what was asked."""
        return self.exit_code == 0


def add_line(home: Path, line: RunLine) -> None:
    """Add a line to the log of a home; a full file is moved aside, and the oldest of these is deleted.

    A home that cannot be written to gets none: the command's own message says why.
    """
    path = home / FOLDER / FILE
    with suppress(OSError):
        make_private(path.parent)
        if path.exists() and path.stat().st_size >= MAX_BYTES:
            _rotate(path)
        with open(path, "ab+", opener=open_private) as stream:
            stream.write(f"{_end_of_cut_line(stream)}{json.dumps(asdict(line), sort_keys=True)}\n".encode())


def read_lines(home: Path) -> list[RunLine]:
    """Read the log of a home, oldest first; a line that cannot be read (the disk was full) is skipped."""
    folder = home / FOLDER
    paths = [*(_rotated(folder / FILE, number) for number in range(KEPT_FILES, 0, -1)), folder / FILE]
    return [line for path in paths for line in _lines_of(path)]


def size_of(home: Path) -> int:
    """Return the size of a home's files in bytes; a file that is deleted meanwhile counts nothing."""
    total = 0
    for folder, _, names in os.walk(home):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def _end_of_cut_line(stream: IO[bytes]) -> str:
    """Return the end of the line that a full disk cut, so that the next line is one of its own."""
    if not stream.tell():
        return ""
    stream.seek(-1, os.SEEK_END)
    return "" if stream.read() == b"\n" else "\n"


def _rotated(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.{number}{path.suffix}")


def _rotate(path: Path) -> None:
    for number in range(KEPT_FILES - 1, 0, -1):
        with suppress(FileNotFoundError):
            os.replace(_rotated(path, number), _rotated(path, number + 1))
    os.replace(path, _rotated(path, 1))


def _lines_of(path: Path) -> Iterator[RunLine]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        with suppress(ValueError, TypeError, KeyError):
            yield _line_of(parse_json(line))


def _line_of(found: dict[str, object]) -> RunLine:
    """Make a line of what was read; raise ValueError, TypeError or KeyError where it is none."""
    made = RunLine(**{field.name: found[field.name] for field in fields(RunLine)})  # type: ignore[arg-type]
    dt.datetime.fromisoformat(made.at)
    if not (isinstance(made.exit_code, int) and isinstance(made.home_bytes, int)):
        raise TypeError("exit_code and home_bytes are whole numbers")
    return made
