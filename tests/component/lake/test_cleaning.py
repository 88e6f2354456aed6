"""What a clean-up deletes of a table, and what it leaves: versions in use, with rows and stamps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable

from smallcap.lake import Lake
from smallcap.lake.log_files import CHECKPOINT_EVERY, LOG_DIR, LogFiles
from smallcap.lake.stamp_files import STAMPS_DIR
from tests.component.lake.test_store import prices

PRICES = "raw.prices"
DAY = 86_400


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def write(lake: Lake, close: float) -> int:
    """Write a year with one close, by a run of that name; return the version."""
    return lake.write_years(PRICES, prices((2020, 1, close)), [2020], f"run {close}").version


def close_and_run(lake: Lake) -> tuple[float, str]:
    return lake.read(PRICES)["close_usd"].item(), lake.stamp(PRICES).years[2020].run_id


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def age(folder: Path, days: float) -> None:
    """Make all that there is in a folder so many days older."""
    for path in folder.rglob("*"):
        before = path.stat().st_mtime - days * DAY
        os.utime(path, (before, before))


@pytest.mark.drill
def test_versions_in_use_can_be_restored_after_many_commits_without_retention(lake: Lake) -> None:
    in_use: dict[int, tuple[Path, ...]] = {}
    for number in range(70):
        version = write(lake, float(number))
        if number in (7, 8, 30, 55):
            in_use[version] = ()
        if number % 9 == 0:
            lake.vacuum(0, {PRICES: in_use})
    lake.vacuum(0, {PRICES: in_use})
    assert close_and_run(lake) == (69.0, "run 69.0")
    log = lake.folder(PRICES) / LOG_DIR
    assert len(list(log.iterdir())) <= (len(in_use) + 2) * (CHECKPOINT_EVERY + 2)
    assert len(files_in(lake.folder(PRICES) / STAMPS_DIR)) == len(in_use) + 1
    assert len(list(lake.folder(PRICES).glob("*/*.parquet"))) - len(list(log.glob("*.parquet"))) == 5
    for version, number in zip(in_use, (7, 8, 30, 55), strict=True):
        lake.restore(PRICES, version)
        assert close_and_run(lake) == (float(number), f"run {float(number)}")
    lake.vacuum(0, {PRICES: in_use})
    assert close_and_run(lake) == (55.0, "run 55.0")


def test_a_clean_up_commits_nothing(lake: Lake) -> None:
    write(lake, 1.0)
    version = write(lake, 2.0)
    assert lake.vacuum(0, {}) == 1
    assert lake.version(PRICES) == version
    assert lake.vacuum(0, {}) == 0
    assert lake.version(PRICES) == version


def test_the_log_that_a_reader_may_be_reading_outlives_the_checkpoint_that_replaces_it(lake: Lake) -> None:
    for close in range(CHECKPOINT_EVERY + 2):
        write(lake, float(close))
    commits = set(LogFiles.of(lake.folder(PRICES)).commits)
    lake.vacuum(0, {})
    log = LogFiles.of(lake.folder(PRICES))
    assert log.checkpoints == {lake.version(PRICES)}
    assert set(log.commits) == commits
    lake.vacuum(0, {})
    assert set(LogFiles.of(lake.folder(PRICES)).commits) == {lake.version(PRICES)}


def test_versions_of_the_last_days_stay_and_older_ones_go(lake: Lake) -> None:
    for close in (1.0, 2.0):
        write(lake, close)
    age(lake.folder(PRICES), 20)
    oldest_in_use = lake.version(PRICES)
    write(lake, 3.0)
    age(lake.folder(PRICES), 10)
    write(lake, 4.0)
    assert lake.vacuum(14, {}) == 1
    for version, close in ((oldest_in_use, 2.0), (oldest_in_use + 1, 3.0), (oldest_in_use + 2, 4.0)):
        lake.restore(PRICES, version)
        assert close_and_run(lake) == (close, f"run {close}")


def test_old_files_that_a_recent_version_brought_back_stay(lake: Lake) -> None:
    first = write(lake, 1.0)
    write(lake, 2.0)
    age(lake.folder(PRICES), 20)
    lake.restore(PRICES, first)
    brought_back = lake.version(PRICES)
    write(lake, 3.0)
    assert lake.vacuum(14, {}) == 0
    age(lake.folder(PRICES), 1)
    lake.restore(PRICES, brought_back)
    assert close_and_run(lake) == (1.0, "run 1.0")


def test_files_that_a_killed_run_left_go_once_they_are_old(lake: Lake) -> None:
    write(lake, 1.0)
    stray = lake.files(PRICES)[0].with_name("part-00000-of-a-killed-run.parquet")
    stray.write_bytes(b"half of a file")
    assert lake.vacuum(14, {}) == 0
    age(stray.parent, 15)
    assert lake.vacuum(14, {}) == 1
    assert not stray.exists()
    assert close_and_run(lake) == (1.0, "run 1.0")


def test_files_that_a_catalogue_names_stay_also_where_the_log_no_longer_knows_the_version(lake: Lake) -> None:
    version = write(lake, 1.0)
    files = lake.files(PRICES)
    for close in (2.0, 3.0):
        write(lake, close)
    DeltaTable(lake.folder(PRICES)).create_checkpoint()
    for commit in sorted((lake.folder(PRICES) / LOG_DIR).glob("*.json"))[: version + 1]:
        commit.unlink()
    assert lake.vacuum(0, {PRICES: {version: tuple(files)}}) == 1
    assert all(file.is_file() for file in files)


def test_a_version_that_a_table_has_not_reached_is_no_obstacle(lake: Lake) -> None:
    write(lake, 1.0)
    assert lake.vacuum(0, {PRICES: {40: (), -1: ()}}) == 0
    assert close_and_run(lake) == (1.0, "run 1.0")


def test_the_hint_names_the_newest_checkpoint_also_when_an_older_version_gets_one(lake: Lake) -> None:
    for close in range(3 * CHECKPOINT_EVERY):
        write(lake, float(close))
    lake.vacuum(0, {})
    newest = lake.version(PRICES)
    assert LogFiles.of(lake.folder(PRICES)).checkpoints == {newest}
    lake.vacuum(14, {})
    assert len(LogFiles.of(lake.folder(PRICES)).checkpoints) > 1
    hint = (lake.folder(PRICES) / LOG_DIR / "_last_checkpoint").read_text()
    assert f'"version":{newest}' in hint.replace(" ", "")
