"""Finds the input files of the preset `files` and the dataset of each; nothing is parsed here.

The dataset is recognised by the name of a folder above the file, else by its own name, else (CSV only) by its
first bytes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smallcap.errors import InputError

Dataset = Literal["holdings", "constituents", "fundamentals", "prices", "factors"]
SUFFIXES: dict[Dataset, tuple[str, ...]] = {
    "holdings": (".csv",),
    "constituents": (".csv", ".parquet"),
    "fundamentals": (".csv", ".parquet"),
    "prices": (".csv", ".parquet"),
    "factors": (".csv", ".zip"),
}
_FOLDERS: dict[str, Dataset] = {
    "ishares": "holdings",
    "holdings": "holdings",
    "constituents": "constituents",
    "fundamentals": "fundamentals",
    "prices": "prices",
    "french": "factors",
    "factors": "factors",
}
_NAMES: tuple[tuple[str, Dataset], ...] = (
    (r"holdings|^iwm|ishares", "holdings"),
    (r"constituents|members", "constituents"),
    (r"fundamental|^annual", "fundamentals"),
    (r"price|month_end", "prices"),
    (r"^f-f_|^ff[35]|momentum|french|factor", "factors"),
)
_CONTENT: tuple[tuple[bytes, Dataset], ...] = (
    (b"fund holdings as of", "holdings"),
    (b"crsp database", "factors"),
    (b"adj_close", "prices"),
    (b"period_end", "fundamentals"),
)


@dataclass(frozen=True)
class InputFile:
    """A file of the folder: its path relative to the folder, its dataset and its bytes."""

    name: str
    dataset: Dataset
    payload: bytes


def find_inputs(folder: Path) -> list[InputFile]:
    """Find every input anywhere below the folder, sorted by path.

    Files of other kinds, and names that start with a dot or an underscore, are skipped.

    Raises
    ------
    InputError
        When the folder does not exist, cannot be read, or contains no list of members.
    """
    if not folder.is_dir():
        raise InputError(
            f"the input folder {folder} does not exist or is not a folder; give another with "
            f"--input DIR or SMALLCAP_INPUT"
        )
    inputs = [found for path in _walk(folder) if (found := _recognise(path, folder)) is not None]
    if not any(found.dataset in ("holdings", "constituents") for found in inputs):
        raise InputError(
            f"the input folder {folder} has no holdings: put the fund's holdings CSV files, "
            f"exactly as downloaded, "
            f"into {folder / 'ishares'} (docs/files-preset.md shows the layout)"
        )
    return inputs


def _walk(folder: Path) -> list[Path]:
    known = {suffix for suffixes in SUFFIXES.values() for suffix in suffixes}
    paths = []
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        paths += [
            Path(parent, name)
            for name in names
            if not name.startswith((".", "_")) and Path(name).suffix.lower() in known
        ]
    return sorted(paths)


def _recognise(path: Path, folder: Path) -> InputFile | None:
    relative = path.relative_to(folder)
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    dataset = _dataset(relative, payload)
    return None if dataset is None else InputFile(relative.as_posix(), dataset, payload)


def _dataset(relative: Path, payload: bytes) -> Dataset | None:
    suffix = relative.suffix.lower()
    for part in reversed(relative.parts[:-1]):
        dataset = _FOLDERS.get(part.lower())
        if dataset is not None:
            return dataset if suffix in SUFFIXES[dataset] else None
    for pattern, dataset in _NAMES:
        if re.search(pattern, relative.stem.lower()) and suffix in SUFFIXES[dataset]:
            return dataset
    start = payload[:4096].lower() if suffix == ".csv" else b""
    return next((dataset for mark, dataset in _CONTENT if mark in start), None)
