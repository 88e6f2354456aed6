"""Stamps outlive every clean-up of the log, and a missing stamp is never an empty one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from smallcap.errors import InputError, MissingStampError
from smallcap.lake import Lake
from smallcap.lake.log_files import LOG_DIR
from smallcap.lake.stamp_files import APPLICATION, STAMP_KEY, STAMPS_DIR
from tests.component.lake.test_store import prices


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake")
    for close in (10.0, 20.0):
        made.write_years("raw.prices", prices((2020, 1, close)), [2020], f"run {close}")
    return made


def clean_up_as_delta_does(table: Path) -> None:
    """Leave of a log the newest version's checkpoint alone."""
    DeltaTable(table).create_checkpoint()
    for commit in (table / LOG_DIR).glob("*.json"):
        commit.unlink()


def remove_stamps(table: Path) -> None:
    for file in (table / STAMPS_DIR).iterdir():
        file.unlink()


def test_a_stamp_outlives_a_clean_up_that_leaves_the_checkpoint_alone(lake: Lake) -> None:
    before = lake.stamp("raw.prices")
    clean_up_as_delta_does(lake.folder("raw.prices"))
    assert Lake(lake.root).stamp("raw.prices") == before
    assert before.years[2020].run_id == "run 20.0"


def test_after_such_a_clean_up_an_undo_brings_back_the_stamp_of_the_version(lake: Lake) -> None:
    table, before = lake.folder("raw.prices"), lake.stamp("raw.prices", 1)
    DeltaTable(table, version=1).create_checkpoint()
    for commit in sorted((table / LOG_DIR).glob("*.json"))[:2]:
        commit.unlink()
    lake.restore("raw.prices", 1)
    assert lake.stamp("raw.prices") == before
    clean_up_as_delta_does(table)
    assert Lake(lake.root).stamp("raw.prices") == before


def test_the_commit_of_another_program_leaves_the_stamp_as_it_was(lake: Lake) -> None:
    before = lake.stamp("raw.prices")
    DeltaTable(lake.folder("raw.prices")).optimize.compact()
    assert lake.stamp("raw.prices") == before


def test_a_table_with_rows_but_without_a_stamp_is_an_error_with_its_remedy(lake: Lake) -> None:
    table = lake.folder("raw.prices")
    clean_up_as_delta_does(table)
    remove_stamps(table)
    with pytest.raises(
        MissingStampError, match=r"raw\.prices .* has rows in version 2.* 'smallcap run' repairs the table"
    ):
        Lake(lake.root).stamp("raw.prices")
    with pytest.raises(MissingStampError):
        lake.write_years("raw.prices", prices((2020, 1, 30.0)), [2020], "next")


def test_a_table_without_rows_needs_no_stamp(lake: Lake) -> None:
    lake.restore("raw.prices", -1)
    table = lake.folder("raw.prices")
    clean_up_as_delta_does(table)
    remove_stamps(table)
    assert Lake(lake.root).stamp("raw.prices").years == {}


def test_a_stamp_that_was_changed_is_refused(lake: Lake) -> None:
    table = lake.folder("raw.prices")
    clean_up_as_delta_does(table)
    for file in (table / STAMPS_DIR).iterdir():
        file.write_text(file.read_text().replace("run 20.0", "another"))
    with pytest.raises(InputError, match=r"raw\.prices .* cannot be read \(the text of stamp .* was changed"):
        Lake(lake.root).stamp("raw.prices")


def commit_as_before_stamps_had_files(lake: Lake, run_id: str, close: float) -> None:
    """Write a year as an earlier release did: the stamp is in the commit alone."""
    stamp = json.loads(lake.stamp("raw.prices").to_json())
    stamp["years"]["2020"][0] = run_id
    write_deltalake(
        lake.folder("raw.prices"),
        prices((2020, 1, close)),
        mode="overwrite",
        commit_properties=CommitProperties({STAMP_KEY: json.dumps(stamp)}),
    )


def test_the_stamp_of_an_earlier_release_is_read_from_its_commit(lake: Lake) -> None:
    commit_as_before_stamps_had_files(lake, "earlier release", 30.0)
    assert lake.stamp("raw.prices").years[2020].run_id == "earlier release"
    lake.vacuum(0, {})
    assert lake.stamp("raw.prices").years[2020].run_id == "earlier release"
    lake.write_years("raw.prices", prices((2021, 1, 1.0)), [2021], "this release")
    clean_up_as_delta_does(lake.folder("raw.prices"))
    stamp = Lake(lake.root).stamp("raw.prices")
    assert (stamp.years[2020].run_id, stamp.years[2021].run_id) == ("earlier release", "this release")


def test_an_earlier_release_finds_the_stamp_in_the_commit(lake: Lake) -> None:
    told = DeltaTable(lake.folder("raw.prices")).history(1)[0][STAMP_KEY]
    assert told == lake.stamp("raw.prices").to_json()


def test_a_number_that_another_program_recorded_is_none_of_ours(lake: Lake) -> None:
    before = lake.stamp("raw.prices")
    write_deltalake(
        lake.folder("raw.prices"),
        prices((2020, 1, 20.0)),
        mode="overwrite",
        commit_properties=CommitProperties(app_transactions=[Transaction(f"not {APPLICATION}", 7)]),
    )
    assert lake.stamp("raw.prices") == before
