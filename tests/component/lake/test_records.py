"""The home's records: added to, seldom written again as a whole, and bounded by settings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.lake.appended import COMPACT_FILES, AppendedTables
from smallcap.lake.log_files import CHECKPOINT_EVERY, LOG_DIR
from smallcap.lake.records import Records

CHECKS, RUNS = "meta.checks", "meta.runs"
START = dt.datetime(2025, 1, 1)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "lake")


@pytest.fixture
def tables(tmp_path: Path) -> AppendedTables:
    return AppendedTables(tmp_path / "lake")


def check(run: int, status: str = "passed") -> dict[str, object]:
    return {
        "run_id": f"run {run}",
        "table_name": "raw.prices",
        "check_name": "contract",
        "first_year": 2025,
        "last_year": 2025,
        "status": status,
        "message": "one row",
        "checked_at": START,
    }


def record_nights(records: Records, nights: range) -> None:
    """Record a run and its check for each night."""
    for night in nights:
        records.upsert(CHECKS, [check(night)])
        started = START + dt.timedelta(days=night)
        records.run(f"run {night}", "run", (2025, 2025), None, "sample", "published", started)


def test_new_rows_are_added_and_what_there_is_stays_as_it_is(
    records: Records, tables: AppendedTables
) -> None:
    records.upsert(CHECKS, [check(1)])
    before = tables.files(CHECKS)
    records.upsert(CHECKS, [check(2)])
    assert set(before) < set(tables.files(CHECKS))
    assert records.read(CHECKS)["run_id"].to_list() == ["run 1", "run 2"]


def test_a_row_of_the_same_key_is_replaced(records: Records) -> None:
    records.upsert(CHECKS, [check(1), check(2)])
    records.upsert(CHECKS, [check(2, "failed"), check(3)])
    assert records.read(CHECKS).select("run_id", "status").rows() == [
        ("run 1", "passed"),
        ("run 2", "failed"),
        ("run 3", "passed"),
    ]


def test_a_table_of_many_files_is_made_one_file_with_the_same_rows(
    records: Records, tables: AppendedTables
) -> None:
    record_nights(records, range(COMPACT_FILES))
    records.compact(1000, ())
    assert len(tables.files(RUNS)) == COMPACT_FILES
    record_nights(records, range(COMPACT_FILES, COMPACT_FILES + 1))
    before = {name: records.read(name) for name in (RUNS, CHECKS)}
    records.compact(1000, ())
    for name, rows in before.items():
        assert len(tables.files(name)) == 1
        assert records.read(name).equals(rows)


def test_checks_of_old_runs_go_except_of_runs_that_wrote_what_is_stored(records: Records) -> None:
    record_nights(records, range(COMPACT_FILES + 1))
    records.compact(2, {"run 3"})
    assert records.read(CHECKS)["run_id"].sort().to_list() == [
        "run 15",
        "run 16",
        "run 3",
    ]
    assert records.read(RUNS).height == COMPACT_FILES + 1


@pytest.mark.drill
def test_the_files_of_the_records_are_bounded(records: Records, tables: AppendedTables) -> None:
    for night in range(3 * CHECKPOINT_EVERY):
        record_nights(records, range(night, night + 1))
        records.compact(3, ())
        records.vacuum(0)
    for name in (RUNS, CHECKS):
        assert len(list((tables.folder(name) / LOG_DIR).iterdir())) <= 2 * CHECKPOINT_EVERY + 4
        assert len(list(tables.folder(name).glob("*.parquet"))) <= COMPACT_FILES + 1
    assert records.read(RUNS).height == 3 * CHECKPOINT_EVERY


def test_the_same_report_recorded_again_writes_nothing(records: Records, tables: AppendedTables) -> None:
    records.replace_kept_versions("2025-01-31", {"raw.prices": 3, "core.members": 4})
    version = tables.version("meta.kept_versions")
    records.replace_kept_versions("2025-01-31", {"core.members": 4, "raw.prices": 3})
    assert tables.version("meta.kept_versions") == version
    records.replace_kept_versions("2025-01-31", {"core.members": 5})
    assert records.read("meta.kept_versions")["version"].to_list() == [5]


def test_versions_of_a_report_that_was_removed_are_no_longer_kept(records: Records) -> None:
    for report in ("2025-01-30", "2025-01-31"):
        records.replace_kept_versions(report, {"raw.prices": 3})
    records.drop_kept_versions(["2025-01-30", "2025-01-29"])
    assert records.read("meta.kept_versions")["report"].to_list() == ["2025-01-31"]
