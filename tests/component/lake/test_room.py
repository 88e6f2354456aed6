"""A write for which a disk has no room does not begin."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.lake import Lake
from smallcap.lake.records import Records
from smallcap.lake.room import LEAST, require_room
from smallcap.tables import TABLES

Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes that the disk has free; a list, so that a test can change them."""
    bytes_free = [10 * LEAST]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, bytes_free[0]))
    return bytes_free


def test_a_write_needs_the_size_of_its_rows_and_a_little_more(tmp_path: Path, free: list[int]) -> None:
    require_room(tmp_path, 9 * LEAST)
    with pytest.raises(OSError, match=r"up to 10\.0 MB may be needed, 10\.0 MB are free") as refused:
        require_room(tmp_path / "not" / "there" / "yet", 9 * LEAST + 1)
    assert refused.value.errno == errno.ENOSPC


def test_a_table_for_which_there_is_no_room_stays_as_it_is(tmp_path: Path, free: list[int]) -> None:
    lake = Lake(tmp_path)
    free[0] = LEAST - 1
    with pytest.raises(InputError, match="No space left on device"):
        lake.write_years("raw.prices", TABLES["raw.prices"].empty(), [2025], "second")
    assert lake.version("raw.prices") == -1


def test_a_record_for_which_there_is_no_room_is_refused_in_words(tmp_path: Path, free: list[int]) -> None:
    free[0] = 0
    with pytest.raises(InputError, match=r"table meta\.kept_versions .* check the space"):
        Records(tmp_path).replace_kept_versions("a report", {"raw.prices": 1})


def test_frames_that_are_spilled_need_room_too(tmp_path: Path, free: list[int]) -> None:
    lake = Lake(tmp_path)
    rows = TABLES["raw.prices"].empty()
    free[0] = 0
    with pytest.raises(InputError, match="No space left on device"):
        lake.write_years("raw.prices", iter([rows, pl.concat([rows, rows])]), [2024, 2025], "run")
