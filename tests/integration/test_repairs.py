"""Each damage of a home: what a run repairs, what `doctor --repair` repairs, and that nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.repair.aside import DAMAGED
from smallcap.warehouse import served_run_id
from tests.integration.homes import (
    EARLIER,
    LATER,
    Answer,
    as_of_dates,
    assert_same_contents,
    copy_home,
    lost_keys,
    served,
)
from tests.integration.killed_run import RERUN, Rerun
from tests.tiers import others_in_drill

Smallcap = Callable[..., Answer]
TABLE = "core.metrics_as_of"
RUN = ("run", "--as-of", LATER)


def folder_of(home: Path, name: str) -> Path:
    return home / "lake" / name.split(".")[0] / name.split(".")[1]


def data_file(home: Path, name: str = TABLE) -> Path:
    return Lake(home / "lake").files(name)[-1]


def newest_commit(home: Path, name: str = TABLE) -> Path:
    return sorted((folder_of(home, name) / "_delta_log").glob("*.json"))[-1]


def change_bytes(file: Path, *, is_time_kept: bool) -> None:
    """Spoil all pages of a file, and leave its size and footer as they are."""
    found, content = file.stat(), bytearray(file.read_bytes())
    for place in range(4, len(content) * 3 // 4, 97):
        content[place] ^= 0xFF
    file.write_bytes(content)
    if is_time_kept:
        os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a data file is gone": lambda home: data_file(home).unlink(),
    "a data file is cut off": lambda home: os.truncate(data_file(home), 1000),
    "bytes of a data file were changed": lambda home: change_bytes(data_file(home), is_time_kept=False),
    "a raw data file is gone": lambda home: data_file(home, "raw.prices").unlink(),
    "bytes of a raw data file were changed": lambda home: change_bytes(
        data_file(home, "raw.fundamentals"), is_time_kept=False
    ),
    "the list of securities is gone": lambda home: data_file(home, "raw.securities").unlink(),
    "the factors are gone": lambda home: data_file(home, "raw.factors").unlink(),
    "refused rows are gone": lambda home: data_file(home, "core.rejects").unlink(),
    "a record is gone": lambda home: data_file(home, "meta.checks").unlink(),
    "a commit is garbled": lambda home: newest_commit(home).write_text("{ not json"),
    "a commit is gone": lambda home: newest_commit(home).unlink(),
    "a commit of a raw table is garbled": lambda home: newest_commit(home, "raw.prices").write_text("{"),
    "a log is gone": lambda home: shutil.rmtree(folder_of(home, TABLE) / "_delta_log"),
    "a table is gone": lambda home: shutil.rmtree(folder_of(home, TABLE)),
    "a log of records is garbled": lambda home: newest_commit(home, "meta.runs").write_text("{"),
    "the whole lake is gone": lambda home: shutil.rmtree(home / "lake"),
    "home.toml is gone": lambda home: (home / "home.toml").unlink(),
}
"""What a run repairs by itself."""
FETCHED_WITH_OTHER_YEARS = (
    "refused rows are gone",
    "a commit of a raw table is garbled",
    "the whole lake is gone",
)
"""Damages after which raw tables hold more than before: more is known when older years are fetched again."""
RECORDS = ("preset = ", "\0", "[1]", "[preset]", "preset = 1", "preset = 'smaple'")
"""Contents of home.toml that no run accepts."""


@pytest.mark.drill
@pytest.mark.parametrize("kind", DAMAGES)
def test_a_run_repairs_what_is_damaged_and_leaves_what_was_there(
    home: Path, small_home: Path, smallcap: Smallcap, kind: str
) -> None:
    before = served(home)
    DAMAGES[kind](home)
    made = smallcap(*RUN, "--home", home)
    assert made.code == 0, made.err
    if kind in FETCHED_WITH_OTHER_YEARS:
        assert lost_keys(small_home, home) == []
    else:
        assert_same_contents(home, small_home)
        assert served(home) == before
    assert as_of_dates(home) == [EARLIER, LATER]
    assert smallcap("doctor", "--home", home).code == 0
    assert smallcap(*RUN, "--home", home).err.startswith("nothing is out of date")


@pytest.mark.drill
@pytest.mark.parametrize("kind", DAMAGES)
def test_the_doctor_shows_repairs_makes_them_once_and_a_run_makes_the_rest_again(
    home: Path, small_home: Path, smallcap: Smallcap, kind: str
) -> None:
    DAMAGES[kind](home)
    listing = sorted(path for path in home.rglob("*") if path.name != ".lock")
    shown = smallcap("doctor", "--repair", "--home", home)
    if kind == "home.toml is gone":
        assert shown.code == 0
        return
    assert shown.code == 6, shown.err
    assert "doctor --repair --yes" in shown.out
    assert sorted(path for path in home.rglob("*") if path.name != ".lock") == listing
    repaired = smallcap("doctor", "--repair", "--yes", "--home", home)
    assert repaired.code == 0, repaired.out + repaired.err
    again = smallcap("doctor", "--repair", "--home", home)
    assert (again.code, again.out.strip()) == (0, "nothing is damaged")
    assert smallcap(*RUN, "--home", home).code == 0
    if kind not in FETCHED_WITH_OTHER_YEARS:
        assert_same_contents(home, small_home)


@pytest.mark.drill
def test_bytes_that_changed_under_an_unchanged_time_end_no_process_and_are_made_again(
    rerun: Rerun, tmp_path: Path, smallcap: Smallcap
) -> None:
    home = copy_home(rerun.before, tmp_path / "home")
    change_bytes(data_file(home, "raw.prices"), is_time_kept=True)
    doctor = smallcap("doctor", "--home", home)
    assert doctor.code == 6
    assert "its bytes were changed" in " ".join(doctor.out.split())
    made = smallcap(*RERUN, "--home", home)
    assert made.code == 0, made.err
    assert "raw.prices stored_files" in " ".join(made.err.split())
    assert_same_contents(home, rerun.after)


@pytest.mark.drill
def test_a_data_file_of_a_home_without_checksums_is_read_apart(
    rerun: Rerun, tmp_path: Path, smallcap: Smallcap
) -> None:
    home = copy_home(rerun.before, tmp_path / "home")
    (home / "lake" / "checksums.json").unlink()
    change_bytes(data_file(home, "raw.prices"), is_time_kept=True)
    made = smallcap(*RERUN, "--home", home)
    assert made.code == 0, made.err
    assert_same_contents(home, rerun.after)
    assert (home / "lake" / "checksums.json").is_file()


@pytest.mark.parametrize("text", others_in_drill(RECORDS, kept=["preset = "]))
def test_a_damaged_record_is_named_and_the_doctor_restores_it(
    home: Path, smallcap: Smallcap, text: str
) -> None:
    before = (home / "home.toml").read_bytes()
    (home / "home.toml").write_text(text)
    refused = smallcap(*RUN, "--home", home)
    assert refused.code == 2
    assert "doctor --repair" in " ".join(refused.err.split())
    assert smallcap("doctor", "--repair", "--yes", "--home", home).code == 0
    assert (home / "home.toml").read_bytes() == before
    assert smallcap(*RUN, "--home", home).code == 0


@pytest.mark.drill
def test_a_damaged_journal_is_named_and_the_doctor_undoes_what_was_not_published(
    home: Path, small_home: Path, smallcap: Smallcap
) -> None:
    lake, run_id = Lake(home / "lake"), served_run_id(home / "warehouse")
    rows = lake.read("raw.prices", [LATER.year]).with_columns(close_usd=pl.lit(1.0))
    lake.write_years("raw.prices", rows, [LATER.year], "lost")
    (home / "run.json").write_text("{ not json")
    refused = smallcap(*RUN, "--home", home)
    assert refused.code == 2
    assert "doctor --repair" in " ".join(refused.err.split())
    assert smallcap("doctor", "--repair", "--yes", "--home", home).code == 0
    assert list(home.glob(f"run.json{DAMAGED}*"))
    assert smallcap(*RUN, "--home", home).code == 0
    assert_same_contents(home, small_home)
    assert json.loads(smallcap("sql", "SELECT run_id FROM meta.runs", "--format", "json", "--home", home).out)
    assert run_id is not None


@pytest.mark.drill
def test_a_damaged_database_of_dagster_is_named_and_the_doctor_moves_it_aside(
    home: Path, small_home: Path, smallcap: Smallcap
) -> None:
    again = (*RUN, "--select", "marts.coverage", "--force")
    database = home / "dagster" / "history" / "runs.db"
    database.write_bytes(b"no database" * 1000)
    refused = smallcap(*again, "--home", home)
    assert refused.code == 2
    assert "doctor --repair" in " ".join(refused.err.split())
    assert smallcap("doctor", "--repair", "--yes", "--home", home).code == 0
    assert smallcap(*again, "--home", home).code == 0
    assert_same_contents(home, small_home)


@pytest.mark.drill
def test_the_doctor_repairs_a_home_whose_catalogue_is_damaged_too(
    home: Path, small_home: Path, smallcap: Smallcap
) -> None:
    data_file(home).unlink()
    (home / "warehouse" / "warehouse.duckdb").write_bytes(b"")
    repaired = smallcap("doctor", "--repair", "--yes", "--home", home)
    assert repaired.code == 0, repaired.out + repaired.err
    assert smallcap(*RUN, "--home", home).code == 0
    assert_same_contents(home, small_home)


def test_the_doctor_repairs_nothing_while_another_process_writes(home: Path, smallcap: Smallcap) -> None:
    from smallcap.lake import Home
    from smallcap.settings import load_settings

    with Home(load_settings(home=home)).writing_records():
        answer = smallcap("doctor", "--repair", "--yes", "--home", home)
    assert answer.code == 3
    assert "is being written to" in " ".join(answer.err.split())


def test_status_names_what_is_damaged_and_writes_nothing(home: Path, smallcap: Smallcap) -> None:
    newest_commit(home).write_text("{ not json")
    before = sorted(home.rglob("*"))
    shown = smallcap("status", "--home", home)
    assert shown.code == 0, shown.err
    assert f"the log of {TABLE} is damaged" in " ".join(shown.out.split())
    assert sorted(home.rglob("*")) == before
