"""Finds the input files of the preset `files` and the dataset of each; unpacks archives, parses nothing.

Every file is either an input, or named with the reason why it is not read, or not a data file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.archives import gunzip, is_hidden, member_names, unzip
from smallcap.sources.files import disk
from smallcap.sources.files.kinds import (
    GZIP,
    WORKBOOKS,
    ZIP,
    Dataset,
    dataset_of,
    folder_dataset,
    is_data_like,
    table_path,
    why_not,
)
from smallcap.sources.files.workbook import workbook_csv
from smallcap.sources.problems import Problems

_SNIFFED = 4096
"""Bytes that decide the dataset of a CSV that no name decides."""
_UNKNOWN = "not recognised by folder, name or first lines"
_SHOWN = 10


@dataclass(frozen=True)
class InputFile:
    """A table of the folder.

    Attributes
    ----------
    name
        Path relative to the folder; for one of several files in a zip, the path of the zip and the path in
        it.
    dataset
        What the table is.
    payload
        Its bytes, unpacked; a workbook as CSV.
    original
        The bytes of the file on the disk.
    stored_as
        The path of the file on the disk, relative to the folder.
    """

    name: str
    dataset: Dataset
    payload: bytes
    original: bytes = b""
    stored_as: str = ""


@dataclass
class FolderInputs:
    """What the folder contains.

    Attributes
    ----------
    files
        The inputs, sorted by path.
    skipped
        Files that are not read, each with the reason.
    problems
        Files that cannot be read although they should be.
    """

    files: list[InputFile] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)


def find_inputs(folder: Path, limits: InputLimits | None = None) -> FolderInputs:
    """Find every input anywhere below the folder.

    Names that start with a dot or an underscore are skipped.

    Raises
    ------
    InputError
        When the folder does not exist, cannot be read, has too many files, or contains no list of members.
    """
    # Not Path.is_dir, which raises where a folder above may not be looked into.
    if not os.path.isdir(folder):
        raise InputError(
            f"the input folder {folder} does not exist or is not a folder; give another with "
            f"--input DIR or SMALLCAP_INPUT"
        )
    finder = _Finder(folder, limits or InputLimits())
    for found in disk.walk(folder, finder.limits, _role):
        with finder.found.problems.caught():
            if isinstance(found, str):
                raise InputError(found)
            finder.take(found)
    inputs = finder.found
    inputs.files.sort(key=lambda one: Path(one.name))
    is_listed = any(one.dataset in ("holdings", "constituents") for one in inputs.files)
    if not is_listed and not inputs.problems.messages:
        skipped = f". Not read: {named_by_reason(inputs.skipped)}" if inputs.skipped else ""
        raise InputError(
            f"the input folder {folder} has no holdings: put the fund's holdings CSV files, "
            f"exactly as downloaded, "
            f"into {folder / 'ishares'} (docs/files-preset.md shows the layout){skipped}"
        )
    return inputs


def named_by_reason(skipped: list[tuple[str, str]]) -> str:
    """Name the files that are not read, those with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in skipped:
        by_reason.setdefault(reason, []).append(name)
    shown = {
        reason: ", ".join(names[:_SHOWN])
        + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        for reason, names in by_reason.items()
    }
    return "; ".join(f"{names} ({reason})" for reason, names in shown.items())


@dataclass(frozen=True)
class _Table:
    """A table in a file: its name for messages, the path that its dataset is recognised by, and its bytes."""

    name: PurePosixPath
    path: PurePosixPath
    payload: bytes


def _role(folder: Path) -> Dataset | None:
    return folder_dataset(PurePosixPath(folder.as_posix()))


class _Finder:
    """Turns files on the disk into inputs."""

    def __init__(self, folder: Path, limits: InputLimits) -> None:
        self.folder = folder
        self.limits = limits
        self.found = FolderInputs()
        self._read: set[Path] = set()
        self._bytes = 0

    def take(self, file: disk.DiskFile) -> None:
        """Read one file if it is an input; else note why not."""
        path = PurePosixPath(file.relative.as_posix())
        if not is_data_like(path) or file.real in self._read:
            return
        reason = why_not(path)
        if reason is not None:
            self.found.skipped.append((str(path), reason))
            return
        disk.size_of(file, self.folder, self.limits)
        is_packed = path.suffix.lower() in (GZIP, ZIP, *WORKBOOKS)
        start = partial(disk.read_start, file, self.folder, _SNIFFED)
        if not is_packed and dataset_of(path, start) is None:
            self.found.skipped.append((str(path), _UNKNOWN))
            return
        original = disk.read_bytes(file, self.folder, self.limits)
        self._read.add(file.real)
        for table in self._tables(path, original):
            first = partial(bytes, table.payload[:_SNIFFED])
            dataset = dataset_of(table_path(table.path, table.payload), first)
            if dataset is None:
                self.found.skipped.append((str(table.name), _UNKNOWN))
                continue
            self._count(table)
            self.found.files.append(InputFile(str(table.name), dataset, table.payload, original, str(path)))

    def _tables(self, path: PurePosixPath, original: bytes) -> Iterator[_Table]:
        suffix, what = path.suffix.lower(), f"input file {path}"
        if suffix == ZIP:
            yield from self._unzipped(path, original, what)
        elif suffix == GZIP:
            content = gunzip(original, what, self.limits.file_bytes)
            yield self._as_text(_Table(path, path.with_suffix(""), content))
        else:
            yield self._as_text(_Table(path, path, original))

    def _unzipped(self, path: PurePosixPath, original: bytes, what: str) -> Iterator[_Table]:
        """Yield the tables of a zip; the only one keeps the name of the zip."""
        names = [name for name in member_names(original, what) if not is_hidden(name)]
        reasons = {name: why_not(path / name, is_packed=True) for name in names if is_data_like(path / name)}
        readable = {name for name, reason in reasons.items() if reason is None}
        self.found.skipped += [(f"{path}/{name}", reason) for name, reason in reasons.items() if reason]
        if not reasons:
            self.found.skipped.append((str(path), "the zip contains no table"))
        for member in unzip(original, what, self.limits.file_bytes, self.limits.files, readable.__contains__):
            inner = path / member.name
            yield self._as_text(_Table(path if len(readable) == 1 else inner, inner, member.payload))

    def _as_text(self, table: _Table) -> _Table:
        if table.path.suffix.lower() not in WORKBOOKS:
            return table
        what = f"input file {table.name}"
        content, further = workbook_csv(table.payload, what, self.limits.file_bytes)
        self.found.skipped += [
            (f"{table.name}, sheet '{sheet}'", "only the first sheet with cells is read") for sheet in further
        ]
        return replace(table, payload=content)

    def _count(self, table: _Table) -> None:
        self._bytes += len(table.payload)
        if self._bytes > self.limits.total_bytes:
            raise InputError(
                f"the files in {self.folder} have more than {self.limits.total_mb:,} MB together, "
                f"unpacked. Remove "
                f"files, or raise max_input_total_mb (SMALLCAP_MAX_INPUT_TOTAL_MB)"
            )
        longest = max(map(len, table.payload.splitlines()), default=0) if table.payload[:4] != b"PAR1" else 0
        if longest > self.limits.line_characters:
            raise InputError(
                f"input file {table.name} has a line of {longest:,} characters, more than "
                f"{self.limits.line_characters:,}; it is not a table, or its line ends are missing"
            )
