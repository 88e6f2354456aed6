"""The log of runs: a line each, rotated by size, private, and readable whatever a full disk left."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from smallcap.health import runlines
from smallcap.health.runlines import FILE, FOLDER, add_line, read_lines, size_of
from tests.unit.health.cases import line


def test_lines_come_back_oldest_first(tmp_path: Path) -> None:
    for days in (3, 2, 1):
        add_line(tmp_path, line(days))
    assert [found.at for found in read_lines(tmp_path)] == [line(days).at for days in (3, 2, 1)]


def test_each_line_is_one_json_object_with_the_same_names(tmp_path: Path) -> None:
    add_line(tmp_path, line(1, 4, 'a "quoted"\nmessage'))
    [row] = (tmp_path / FOLDER / FILE).read_text().splitlines()
    assert json.loads(row)["message"] == 'a "quoted"\nmessage'


def test_the_log_is_private(tmp_path: Path) -> None:
    add_line(tmp_path, line(1))
    assert stat.S_IMODE((tmp_path / FOLDER / FILE).stat().st_mode) == 0o600


def test_a_full_file_is_moved_aside_and_the_oldest_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runlines, "MAX_BYTES", 1)
    for days in range(9, 0, -1):
        add_line(tmp_path, line(days))
    kept = [found.at for found in read_lines(tmp_path)]
    assert kept == [line(days).at for days in range(runlines.KEPT_FILES + 1, 0, -1)]
    assert len(list((tmp_path / FOLDER).iterdir())) == runlines.KEPT_FILES + 1


def test_lines_that_a_full_disk_cut_or_another_program_wrote_are_skipped(tmp_path: Path) -> None:
    add_line(tmp_path, line(2))
    with open(tmp_path / FOLDER / FILE, "ab") as stream:
        stream.write(b'{"at": "2026-03-\n[]\nnull\n\xff\xfe\n{"at": 1}\n')
    add_line(tmp_path, line(1))
    assert [found.at for found in read_lines(tmp_path)] == [line(2).at, line(1).at]


def test_a_line_that_a_full_disk_cut_costs_no_other_line(tmp_path: Path) -> None:
    for days in (3, 2):
        add_line(tmp_path, line(days))
    log = tmp_path / FOLDER / FILE
    log.write_bytes(log.read_bytes()[:-9])
    add_line(tmp_path, line(1))
    assert [found.at for found in read_lines(tmp_path)] == [line(3).at, line(1).at]


def test_a_home_without_a_log_has_no_lines_and_one_that_cannot_be_written_to_gets_none(
    tmp_path: Path,
) -> None:
    assert read_lines(tmp_path) == []
    (tmp_path / FOLDER).write_text("a file in the folder's place")
    add_line(tmp_path, line(1))
    assert read_lines(tmp_path) == []


def test_the_size_of_a_home_is_that_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    (tmp_path / "c").write_bytes(b"123")
    assert size_of(tmp_path) == 8
