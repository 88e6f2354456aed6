"""Files that are no files, packed in odd ways, cut at every byte: named, and never opened into a hang."""

from __future__ import annotations

import gzip
import os
import socket
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from smallcap.errors import SmallcapError
from tests.component.sources.crafted import write_folder
from tests.examples import is_drill
from tests.security.fuzz.explained import is_refused, outcome
from tests.security.fuzz.file_readers import FILE_READERS, read_folder
from tests.security.fuzz.inputs import FOLDER, PACKED, book, packed
from tests.security.fuzz.readers import empty_folder

PRICES = "prices/month_end.csv"
CSV = FOLDER[PRICES]
STEP = 29
"""`make test` cuts at every so many bytes, `make drill` at each."""


def _folder_in_place(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(os.path.relpath(path))


def _link_outside(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _dangling_link(path: Path) -> None:
    path.symlink_to("missing.csv")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def _name_that_is_no_text(path: Path) -> None:
    (path.parent / os.fsdecode(b"more\xff.csv")).write_bytes(b"ticker,date,adj_close\nA,2025-03-31,1\n")


def _cycle(path: Path) -> None:
    path.symlink_to("..", target_is_directory=True)


@pytest.mark.parametrize(
    ("make", "is_read"),
    [
        (_folder_in_place, True),
        (_cycle, True),
        (_fifo, False),
        (_socket, False),
        (_link_outside, False),
        (_dangling_link, False),
        (_link_to_itself, False),
        (_name_that_is_no_text, False),
    ],
)
def test_what_is_no_file_is_passed_over_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], is_read: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path, FOLDER)
    make(tmp_path / "prices" / "more.csv")
    found = outcome(lambda: read_folder(tmp_path), *([] if is_read else ["more"]))
    assert is_refused(found) != is_read


def _with_a_wrong_checksum(archive: bytes) -> bytes:
    at = archive.index(b"PK\x01\x02") + 16
    return archive[:at] + struct.pack("<I", 1) + archive[at + 4 :]


def _of_method(archive: bytes, method: int) -> bytes:
    """Say in both headers of a zip's only member that it is packed by another method."""
    content = bytearray(archive)
    content[8:10] = struct.pack("<H", method)
    at = archive.index(b"PK\x01\x02") + 10
    content[at : at + 2] = struct.pack("<H", method)
    return bytes(content)


ZIP, GZ, XLSX, PARQUET = "prices/p.zip", "prices/p.csv.gz", "prices/p.xlsx", "prices/p.parquet"
PACKAGES = {
    "an encrypted zip": (ZIP, packed(CSV, "p.csv", password=True), "is encrypted (p.csv)"),
    "an encrypted factor zip": ("french/f.zip", packed(CSV, "f.csv", password=True), "is encrypted"),
    "a zip in a zip": (ZIP, packed(packed(CSV, "p.csv"), "q.zip"), ""),
    "a zip with a wrong checksum": (ZIP, _with_a_wrong_checksum(packed(CSV, "p.csv")), "p.zip"),
    "a gzip that is cut off": (GZ, gzip.compress(CSV)[:-9], "p.csv.gz"),
    "a gzip with a wrong checksum": (GZ, gzip.compress(CSV)[:-8] + bytes(8), "p.csv.gz"),
    "a workbook that is no zip": (XLSX, CSV, "p.xlsx"),
    "a workbook without its sheet": (XLSX, packed(b"<x/>", "xl/workbook.xml"), "p.xlsx"),
    "an old workbook": (XLSX, b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted or old Excel workbook"),
    "a workbook in a zip": (ZIP, packed(book(), "p.xlsx"), ""),
    "a Parquet file without its footer": (PARQUET, PACKED["constituents/lists.parquet"][:-8], "p.parquet"),
    "a Parquet file that is a CSV": (PARQUET, CSV, "p.parquet"),
    "a CSV that is a Parquet file": ("prices/p.csv", PACKED["constituents/lists.parquet"], "p.csv"),
    "a web page": ("prices/p.csv", b"<!DOCTYPE html><html></html>", "p.csv"),
} | {
    f"a zip of method {method}": (ZIP, _of_method(packed(CSV, "p.csv"), method), "p.zip")
    for method in (1, 12, 14, 93, 99)
}
"""The file, its content, and what the message says; empty: it is read, or passed over."""


@pytest.mark.parametrize("name", PACKAGES)
def test_odd_packages_are_read_or_named(tmp_path: Path, name: str) -> None:
    path, content, told = PACKAGES[name]
    others = {one: payload for one, payload in FOLDER.items() if Path(one).parent != Path(path).parent}
    found = outcome(lambda: read_folder(write_folder(tmp_path, {**others, path: content})), told)
    assert is_refused(found) == bool(told)


@pytest.mark.parametrize("name", [name for name in FILE_READERS if name != "input folder"])
def test_a_file_cut_at_any_byte_is_explained(tmp_path: Path, name: str) -> None:
    reader = FILE_READERS[name]
    for file, payload in reader.inputs().items():
        for end in range(0, len(payload), 1 if is_drill() else STEP):
            found = outcome(partial(reader.read, payload[:end], file, empty_folder(tmp_path)))
            assert not isinstance(found, SmallcapError) or file in str(found)
