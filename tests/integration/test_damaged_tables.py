"""Damaged tables: each damage is found, repaired once, and leaves what can be read."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from smallcap.lake import Home
from smallcap.repair import tables as repairing
from smallcap.repair.aside import DAMAGED
from smallcap.repair.damage import find_damage
from smallcap.repair.steps import find_steps, record_checksums, repair_tables
from smallcap.repair.tables import REPAIR_RUN
from smallcap.warehouse import run_query, versions_in_use
from tests.component.lake.test_store import prices
from tests.integration.published_lake import YEARS, check, copy_at, make_home, publish, reopened
from tests.tiers import others_in_drill

COUNT = "SELECT year, count(*) FROM raw.prices GROUP BY year ORDER BY year"
NOTHING_LOST = tuple((year, 2) for year in YEARS)


@pytest.fixture(scope="module")
def published_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two publications of other prices, moved away from its place `home`."""
    home = make_home(tmp_path_factory.mktemp("published") / "home")
    publish(home, "first")
    publish(home, "second", close=20.0)
    return home.path.rename(home.path.with_name("template"))


@pytest.fixture
def home(published_twice: Path) -> Iterator[Home]:
    with copy_at(published_twice.with_name("home"), published_twice) as home:
        yield home


def file_of(home: Home, year: int) -> Path:
    return next(file for file in home.lake.files("raw.prices") if f"year={year}" in file.parts)


def change_a_byte(file: Path, *, is_time_kept: bool = False) -> None:
    """Change the last byte of the closing prices: more than half of so small a file is its footer, in which
    there are bytes that no reader looks at.
    """
    found, content = file.stat(), bytearray(file.read_bytes())
    group = pq.ParquetFile(file).metadata.row_group(0)
    columns = {column.path_in_schema: column for column in map(group.column, range(group.num_columns))}
    closes = columns["close_usd"]
    content[closes.data_page_offset + closes.total_compressed_size - 1] ^= 0xFF
    file.write_bytes(content)
    if is_time_kept:
        os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))


def aside(home: Home) -> list[Path]:
    return sorted(path for path in home.path.rglob(f"*{DAMAGED}*") if DAMAGED in path.name)


FILE_DAMAGES: dict[str, Callable[[Path], None]] = {
    "it is gone": lambda file: file.unlink(),
    r"it has 4 bytes, and the log says \d+": lambda file: file.write_bytes(b"PAR1") and None,
    "its bytes were changed": change_a_byte,
}


@pytest.mark.parametrize("reason", others_in_drill(FILE_DAMAGES, kept=["its bytes were changed"]))
def test_a_damaged_file_is_found_and_its_year_is_filled_from_the_publication_before_until_it_is_made_again(
    home: Home, reason: str
) -> None:
    damaged = file_of(home, 2021)
    FILE_DAMAGES[reason](damaged)
    (found,) = find_damage(home.settings, is_deep=False)
    assert re.search(rf"raw\.prices: data file {damaged.name} of 2021: {reason}", str(found))

    assert [step.table for step in repair_tables(home, is_deep=False)] == ["raw.prices"]
    lake = reopened(home).lake
    assert lake.read("raw.prices").group_by("year").len().sort("year").rows() == list(NOTHING_LOST)
    assert lake.read("raw.prices", [2021])["close_usd"].to_list() == [11.0, 12.0]
    assert lake.read("raw.prices", [2020])["close_usd"].to_list() == [21.0, 22.0]
    stamps = lake.stamp("raw.prices").years
    assert (stamps[2021].run_id, stamps[2021].inputs) == (REPAIR_RUN, {})
    assert stamps[2020].inputs == {"code": "1:a"}
    assert find_steps(home) == []


@pytest.mark.drill
def test_a_damaged_file_is_kept_aside(home: Home) -> None:
    damaged = file_of(home, 2021)
    change_a_byte(damaged)
    content = damaged.read_bytes()
    repair_tables(home, is_deep=False)
    (folder,) = aside(home)
    assert folder.parent == home.path / "lake" / "raw"
    assert (folder / "year=2021" / damaged.name).read_bytes() == content


def test_a_year_without_an_earlier_publication_is_emptied_and_made_again(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    publish(home, "first")
    file_of(home, 2022).unlink()
    repair_tables(home, is_deep=False)
    lake = reopened(home).lake
    assert lake.read("raw.prices")["year"].unique().to_list() == [2020, 2021]
    assert (lake.stamp("raw.prices").years[2022].rows, lake.stamp("raw.prices").years[2022].inputs) == (0, {})


@pytest.mark.drill
def test_bytes_that_changed_under_an_unchanged_time_are_found_by_a_deep_look(
    home: Home,
) -> None:
    change_a_byte(file_of(home, 2020), is_time_kept=True)
    assert find_damage(home.settings, is_deep=False) == []
    (found,) = find_damage(home.settings, is_deep=True)
    assert "its bytes were changed" in str(found)


@pytest.mark.drill
def test_a_copied_home_has_other_times_and_is_not_damaged(home: Home) -> None:
    for file in home.lake.files("raw.prices"):
        os.utime(file, (1, 1))
    assert find_damage(home.settings, is_deep=False) == []
    assert find_damage(home.settings, is_deep=True) == []


@pytest.mark.drill
@pytest.mark.parametrize("record", others_in_drill(["gone", "garbled"], kept=["gone"]))
def test_files_without_a_checksum_are_read_in_a_process_of_their_own(home: Home, record: str) -> None:
    path = home.settings.lake_dir / "checksums.json"
    path.unlink() if record == "gone" else path.write_text("[1")
    assert find_damage(home.settings, is_deep=True) == []
    damaged = file_of(home, 2021)
    change_a_byte(damaged)
    (found,) = find_damage(home.settings, is_deep=True)
    assert list(found.files) == [damaged]
    repair_tables(home, is_deep=True)
    record_checksums(home)
    assert find_damage(home.settings, is_deep=True) == []


def test_rows_that_are_not_those_that_were_audited_are_damage(home: Home) -> None:
    (home.settings.lake_dir / "checksums.json").unlink()
    first = next(file for file in home.lake.files("raw.prices", 1) if "year=2020" in file.parts)
    second = file_of(home, 2020)
    if first.stat().st_size != second.stat().st_size:
        pytest.skip("files of other prices have other sizes")
    shutil.copyfile(first, second)
    (found,) = find_damage(home.settings, is_deep=True)
    assert "its rows are not those that were audited" in str(found)


def garble(log: Path) -> None:
    sorted(log.glob("*.json"))[-1].write_text("{ not json")


def remove_the_newest(log: Path) -> None:
    sorted(log.glob("*.json"))[-1].unlink()


def remove_the_first(log: Path) -> None:
    sorted(log.glob("*.json"))[0].unlink()


LOG_DAMAGES: dict[str, Callable[[Path], None]] = {
    "a garbled commit": garble,
    "a missing newest commit": remove_the_newest,
    "a missing first commit": remove_the_first,
    "no log": shutil.rmtree,
    "no folder": lambda log: shutil.rmtree(log.parent),
}


@pytest.mark.parametrize("kind", others_in_drill(LOG_DAMAGES, kept=["a garbled commit"]))
def test_a_damaged_log_is_made_again_over_the_published_files(home: Home, kind: str) -> None:
    before = home.lake.read("raw.prices")
    served = run_query(home.settings.warehouse_dir, COUNT).rows
    LOG_DAMAGES[kind](home.settings.lake_dir / "raw" / "prices" / "_delta_log")
    (found,) = find_damage(home.settings, is_deep=False)
    assert str(found).startswith("the log of raw.prices is damaged: ")

    repair_tables(home, is_deep=False)
    lake = reopened(home).lake
    if kind == "no folder":
        assert lake.read("raw.prices").is_empty()
    else:
        assert lake.read("raw.prices").equals(before)
        assert run_query(home.settings.warehouse_dir, COUNT).rows == served == NOTHING_LOST
        (folder,) = aside(home)
        assert list(folder.rglob("*.parquet"))
    stamps = lake.stamp("raw.prices").years
    assert {year: made.inputs for year, made in stamps.items()} == {year: {} for year in YEARS}
    assert find_steps(home) == []
    assert lake.version("raw.prices") >= max(
        versions_in_use(home.settings.warehouse_dir, home.path)["raw.prices"]
    )


@pytest.mark.drill
def test_a_table_whose_log_was_made_again_is_written_and_vacuumed_like_any_other(home: Home) -> None:
    garble(home.settings.lake_dir / "raw" / "prices" / "_delta_log")
    repair_tables(home, is_deep=False)
    again = reopened(home)
    publish(again, "third", close=30.0)
    kept = versions_in_use(again.settings.warehouse_dir, again.path)
    again.lake.vacuum(0, kept)
    assert run_query(again.settings.warehouse_dir, COUNT).rows == NOTHING_LOST
    assert again.lake.read("raw.prices", [2020])["close_usd"].to_list() == [31.0, 32.0]
    assert find_steps(again) == []


@pytest.mark.drill
def test_a_repair_that_is_killed_before_the_new_folder_is_in_place_is_finished_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = home.lake.read("raw.prices")
    garble(home.settings.lake_dir / "raw" / "prices" / "_delta_log")

    def killed(folder: Path) -> Path:
        folder.rename(folder.with_name("prices.damaged-then"))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(repairing, "move_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            repair_tables(home, is_deep=False)
    assert not (home.settings.lake_dir / "raw" / "prices").exists()
    repair_tables(home, is_deep=False)
    assert reopened(home).lake.read("raw.prices").equals(before)
    assert find_steps(home) == []


@pytest.mark.drill
@pytest.mark.parametrize(
    "name", others_in_drill(["meta.runs", "meta.checks", "meta.fetched"], kept=["meta.checks"])
)
@pytest.mark.parametrize("what", others_in_drill(["file", "log"], kept=["file"]))
def test_records_are_taken_from_the_published_catalogues(home: Home, name: str, what: str) -> None:
    before = home.records.read(name)
    if what == "file":
        home.lake.files(name)[-1].unlink()
    else:
        garble(home.settings.lake_dir / "meta" / name.removeprefix("meta.") / "_delta_log")
    assert [damage.name for damage in find_damage(home.settings, is_deep=False)] == [name]
    repair_tables(home, is_deep=False)
    after = reopened(home).records.read(name)
    assert after.sort(after.columns).equals(before.sort(before.columns))
    assert find_steps(home) == []


def test_years_whose_checks_were_lost_are_made_again(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    publish(home, "first")
    stamp = home.lake.stamp("raw.prices")
    later = {year: replace(made, run_id="later") for year, made in stamp.years.items()}
    home.lake.restamp("raw.prices", stamp.with_years(later, "later", {}))
    home.records.upsert("meta.checks", [check("later")])
    for file in home.lake.files("meta.checks"):
        file.unlink()
    repair_tables(home, is_deep=False)
    assert {made.inputs == {} for made in reopened(home).lake.stamp("raw.prices").years.values()} == {True}


@pytest.mark.drill
def test_years_whose_refused_rows_were_lost_are_made_again(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    publish(home, "first")
    home.lake.write_years(
        "raw.prices", prices((2021, 1, -1.0), (2021, 2, 5.0)), [2021], "first", {2021: {"code": "1:a"}}
    )
    home.lake.files("core.rejects")[0].unlink()
    repair_tables(home, is_deep=False)
    stamps = reopened(home).lake.stamp("raw.prices").years
    assert {year for year, made in stamps.items() if not made.inputs} == {2021}


@pytest.mark.drill
def test_a_table_of_a_run_that_did_not_end_is_repaired_and_no_longer_undone(home: Home) -> None:
    home.open_run("bad", "smallcap run", "second")
    home.lake.restamp("raw.prices", home.lake.stamp("raw.prices").with_years({}, "bad", {}))
    home.close_run(is_successful=False)
    garble(home.settings.lake_dir / "raw" / "prices" / "_delta_log")
    later = reopened(home)
    with later.writing_records():
        repair_tables(later, is_deep=False)
    assert later.open_run("next", "smallcap run", "second") == "bad"
    later.close_run(is_successful=True)
    assert later.lake.read("raw.prices")["close_usd"].to_list()[:2] == [21.0, 22.0]
