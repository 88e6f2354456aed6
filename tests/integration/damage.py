"""What may happen to a file: each kind of damage, done to a catalogue."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import duckdb


def _truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _scramble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(len(content) // 4, len(content) * 3 // 4, 4096):
        content[start : start + 64] = random.Random(start).randbytes(64)
    path.write_bytes(content)


def _overwrite_the_head(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes(8192) + content[8192:])


def _put_a_text_in_its_place(path: Path) -> None:
    path.write_text("my notes on this home\n" * 1000, encoding="utf-8")


def _put_a_folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "notes.txt").write_text("mine", encoding="utf-8")


def _put_a_foreign_database_in_its_place(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS x")


def _drop_meta_catalogue(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE meta.catalogue")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "truncated": _truncate,
    "zero bytes": _empty,
    "random bytes in the middle": _scramble,
    "head overwritten": _overwrite_the_head,
    "a text in its place": _put_a_text_in_its_place,
    "a folder in its place": _put_a_folder_in_its_place,
    "a foreign database in its place": _put_a_foreign_database_in_its_place,
    "an older catalogue without meta.catalogue": _drop_meta_catalogue,
}


def damage(path: Path, kind: str) -> None:
    """Damage a file that may be a hard link: other links to it stay whole."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    DAMAGES[kind](path)


def flip_a_byte(path: Path, place: float) -> None:
    """Flip the bits of one byte, at a share of the file's length."""
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0xFF
    path.unlink()
    path.write_bytes(content)
