"""Recognises the dataset of an input file by folder, name or first bytes, and says which kinds are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Literal

Dataset = Literal["holdings", "constituents", "fundamentals", "quarterly_fundamentals", "prices", "factors"]

GZIP, ZIP = ".gz", ".zip"
WORKBOOKS = (".xlsx", ".xlsm")
PARQUET = (".parquet", ".pq", ".parq")
_TABLE = (".csv", *PARQUET)
SUFFIXES: dict[Dataset, tuple[str, ...]] = {
    "holdings": (".csv",),
    "constituents": _TABLE,
    "fundamentals": _TABLE,
    "quarterly_fundamentals": _TABLE,
    "prices": _TABLE,
    "factors": (".csv", ".txt"),
}
"""Suffixes of the tables themselves; each may be packed in a gzip or zip file, and a CSV be a workbook."""
_READABLE = (".csv", ".txt", *PARQUET)
_OTHER_DATA = (
    *(".tsv", ".xls", ".xlsb", ".ods", ".feather", ".arrow", ".orc", ".jsonl"),
    *(".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz"),
)
"""Suffixes of data files that are not read; such a file is named wherever it is."""
_FOLDERS: dict[str, Dataset] = {
    "ishares": "holdings",
    "holdings": "holdings",
    "constituents": "constituents",
    "fundamentals": "fundamentals",
    "prices": "prices",
    "french": "factors",
    "factors": "factors",
}
_QUARTERLY = r"^(?!.*price).*quarter"
"""Names of quarterly statements; prices at quarters' ends are prices."""
_NAMES: tuple[tuple[str, Dataset], ...] = (
    (r"holdings|^iwm|ishares", "holdings"),
    (r"constituents|members", "constituents"),
    (_QUARTERLY, "quarterly_fundamentals"),
    (r"fundamental|^annual", "fundamentals"),
    (r"price|month_end", "prices"),
    (r"^f-f_|^ff[35]|momentum|french|factor", "factors"),
)
_CONTENT: tuple[tuple[bytes, Dataset], ...] = (
    (b"fund holdings as of", "holdings"),
    (b"crsp database", "factors"),
    (b"adj_close", "prices"),
    (b"_year_to_date", "quarterly_fundamentals"),
    (b"period_end", "fundamentals"),
    (b"snapshot_date", "constituents"),
)
_SILENT_SUFFIXES = (".md", ".rst", ".toml", ".py", ".sql", ".log")
_SILENT_NAMES = ("thumbs.db", "desktop.ini", "license", "readme", "readme.txt", "license.txt", "makefile")


def folder_dataset(folder: PurePosixPath) -> Dataset | None:
    """Return the dataset of the files below a folder or zip: that of the nearest named folder above."""
    for part in reversed(folder.parts):
        dataset = _FOLDERS.get(part.lower().removesuffix(ZIP))
        if dataset is not None:
            return dataset
    return None


def is_data_like(path: PurePosixPath) -> bool:
    """Return whether a file may be meant as data: it is read, or named as not read."""
    name, suffix = path.name.lower(), path.suffix.lower()
    if name.startswith(("~$", ".")) or name in _SILENT_NAMES or suffix in _SILENT_SUFFIXES:
        return False
    if folder_dataset(path.parent) is not None:
        return True
    if suffix == GZIP:
        inner = path.with_suffix("")
        return not _has_suffix(inner) or is_data_like(inner)
    return suffix in (".csv", *PARQUET, ZIP, *WORKBOOKS, *_OTHER_DATA)


def why_not(path: PurePosixPath, *, is_packed: bool = False) -> str | None:
    """Return why a file of this kind is not read, or None.

    Parameters
    ----------
    path
        Path of the file below the input folder.
    is_packed
        Whether it is in a zip.
    """
    suffix = path.suffix.lower()
    if suffix in (GZIP, ZIP) and is_packed:
        return "an archive in an archive: unpack it"
    if suffix == ZIP:
        return None
    if suffix == GZIP:
        inner = path.with_suffix("")
        if inner.suffix.lower() == ".tar":
            return "a tar archive: unpack it"
        return why_not(inner, is_packed=True) if _has_suffix(inner) else None
    if suffix not in (*_READABLE, *WORKBOOKS):
        return f"{suffix or 'this kind of file'} is not read: save the table as CSV, xlsx or Parquet"
    dataset = folder_dataset(path.parent)
    wanted = ".csv" if suffix in WORKBOOKS else suffix
    if dataset is None or wanted in SUFFIXES[dataset]:
        return None
    if dataset == "holdings" and suffix in PARQUET:
        return "holdings are read from CSV: put a list of your own into constituents/"
    return f"{dataset} are not read from {suffix}: save the table as CSV"


def _has_suffix(path: PurePosixPath) -> bool:
    """Return whether a name ends in a suffix; the number of a name such as IWM_2025.05 is none."""
    return re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{0,9}", path.suffix) is not None


def dataset_of(path: PurePosixPath, start: Callable[[], bytes]) -> Dataset | None:
    """Recognise the dataset of a table: by the nearest named folder, else its name, else its first bytes.

    Parameters
    ----------
    path
        Path of the table below the input folder, with the suffix of the table itself.
    start
        Returns the first bytes; called only where no name decides.
    """
    suffix = path.suffix.lower()
    dataset = folder_dataset(path.parent)
    if dataset == "fundamentals" and re.search(_QUARTERLY, path.stem.lower()):
        dataset = "quarterly_fundamentals"
    if dataset is not None:
        return dataset if suffix in SUFFIXES[dataset] else None
    zips = [part for part in path.parts[:-1] if part.lower().endswith(ZIP)]
    for stem in (path.stem.lower(), *(part.lower().removesuffix(ZIP) for part in zips)):
        for pattern, named in _NAMES:
            if re.search(pattern, stem) and suffix in SUFFIXES[named]:
                return named
    if suffix != ".csv":
        return None
    first = start().lower()
    return next((found for mark, found in _CONTENT if mark in first), None)


def table_path(path: PurePosixPath, content: bytes) -> PurePosixPath:
    """Return the path with the suffix of the table itself.

    A workbook is a CSV by then, and the content decides for annual.gz.
    """
    suffix = path.suffix.lower()
    if content[:4] == b"PAR1":
        return path if suffix in PARQUET else path.with_suffix(".parquet")
    return path if suffix in _READABLE else path.with_suffix(".csv")
