"""Serving: readers never fail during a swap, earlier catalogues come back, a moved home answers, an export
needs no other file.
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import duckdb
import pytest

from smallcap.errors import InputError, NothingPublishedError, SmallcapError
from smallcap.tables import META_TABLES, TABLES
from smallcap.warehouse import (
    ensure_home,
    export,
    is_home_current,
    published,
    rollback,
    run_query,
    serve,
    swap,
)
from smallcap.warehouse.reading import connect, identity_of
from tests.published_home import SCORES, VIEWS_DIR, publish, publish_small_home, publish_years, write_scores
from tests.tiers import others_in_drill

COUNT = "SELECT count(*) FROM marts.quality_scores"


def _rows(warehouse_dir: Path) -> int:
    return run_query(warehouse_dir, COUNT).rows[0][0]


@pytest.mark.drill
@pytest.mark.parametrize(("reader_count", "swaps"), others_in_drill([(2, 4), (4, 20)], kept=[(2, 4)]))
def test_readers_meet_no_failure_and_no_mixture_while_catalogues_are_swapped(
    tmp_path: Path, reader_count: int, swaps: int
):
    home = tmp_path / "home"
    scores = [write_scores(home, range(2023, last_year + 1), version=last_year) for last_year in (2023, 2024)]
    expected = {"run-0": 3, "run-1": 6}
    warehouse_dir = publish(home, "run-0", scores[0])
    done = threading.Event()
    failures: list[str] = []
    reads: list[str] = []

    def read() -> None:
        while not done.is_set():
            try:
                with connect(warehouse_dir / "warehouse.duckdb") as connection:
                    runs = connection.execute("SELECT DISTINCT run_id FROM meta.published_tables").fetchall()
                    ((rows,),) = connection.execute(COUNT).fetchall()
                if len(runs) != 1 or rows != expected[runs[0][0]]:
                    failures.append(f"{runs} with {rows} rows")
                reads.append(runs[0][0])
            except Exception as error:
                failures.append(repr(error))

    readers = [threading.Thread(target=read) for _ in range(reader_count)]
    for reader in readers:
        reader.start()
    for turn in range(1, swaps + 1):
        publish(home, f"run-{turn % 2}", scores[turn % 2])
    done.set()
    for reader in readers:
        reader.join(timeout=30)
    assert failures == []
    assert set(reads) == set(expected)


def test_a_new_query_in_the_same_process_sees_the_new_catalogue_while_an_old_one_is_open(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish_years(home, 2023)
    with connect(warehouse_dir / "warehouse.duckdb") as early:
        publish_years(home, 2025)
        assert early.execute(COUNT).fetchall() == [(3,)]
        assert _rows(warehouse_dir) == 9


def test_rollback_goes_back_step_by_step_and_stops_at_the_first(warehouse_dir: Path):
    assert rollback(warehouse_dir) == "run-2024"
    assert _rows(warehouse_dir) == 6
    assert rollback(warehouse_dir) == "run-2023"
    assert _rows(warehouse_dir) == 3
    with pytest.raises(InputError, match=r"no earlier catalogue.*run-2023 stays served"):
        rollback(warehouse_dir)
    assert _rows(warehouse_dir) == 3


def test_what_was_rolled_back_from_is_kept_but_no_rollback_returns_to_it(tmp_path: Path, warehouse_dir: Path):
    rollback(warehouse_dir)
    left = list((warehouse_dir / "history" / "rolled_back").iterdir())
    assert [identity_of(path).run_id for path in left] == ["run-2025"]
    home = tmp_path / "home"
    publish(home, "run-next", write_scores(home, range(2020, 2026), version=99))
    assert rollback(warehouse_dir) == "run-2024"


def test_rollback_without_a_catalogue_says_what_to_run(tmp_path: Path):
    with pytest.raises(NothingPublishedError, match="smallcap run"):
        rollback(tmp_path)


def test_rollback_refuses_a_catalogue_whose_files_are_gone_and_serves_on(tmp_path: Path):
    home = tmp_path / "home"
    publish_years(home, 2023)
    warehouse_dir = publish_years(home, 2024)
    next(home.rglob("part-2023.parquet")).unlink()
    with pytest.raises(InputError, match=r"no longer there.*part-2023\.parquet"):
        rollback(warehouse_dir)
    assert published(warehouse_dir).run_id == "run-2024"


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("crash_at", [1, 2])
def test_a_crash_inside_a_swap_leaves_a_served_catalogue_and_a_clean_history(
    tmp_path: Path, warehouse_dir: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
):
    home = tmp_path / "home"
    calls: list[Path] = []

    def crash(new: Path, path: Path) -> None:
        calls.append(path)
        if len(calls) == crash_at:
            raise KeyboardInterrupt
        put_in_place(new, path)

    put_in_place = serve.put_in_place
    with monkeypatch.context() as patch:
        patch.setattr(serve, "put_in_place", crash)
        with pytest.raises(KeyboardInterrupt):
            publish_years(home, 2026)
    assert published(warehouse_dir).run_id == "run-2025"
    publish_years(home, 2026)
    assert [rollback(warehouse_dir), rollback(warehouse_dir)] == ["run-2025", "run-2024"]


def test_a_crash_at_the_end_of_a_rollback_is_passed_over_by_the_next(tmp_path: Path, warehouse_dir: Path):
    top = sorted((warehouse_dir / "history").glob("*.duckdb"))[-1]
    before_the_crash = shutil.copyfile(top, tmp_path / "copy")
    rollback(warehouse_dir)
    shutil.copyfile(before_the_crash, top)
    assert rollback(warehouse_dir) == "run-2023"
    assert list((warehouse_dir / "history").glob("*.duckdb")) == []


def test_a_damaged_catalogue_can_be_rolled_back_from_and_published_over(tmp_path: Path, warehouse_dir: Path):
    served = warehouse_dir / "warehouse.duckdb"
    served.unlink()
    served.write_text("damaged", encoding="utf-8")
    with pytest.raises(SmallcapError, match="smallcap rollback"):
        published(warehouse_dir)
    assert rollback(warehouse_dir) == "run-2024"
    served.unlink()
    served.write_text("damaged", encoding="utf-8")
    publish_years(tmp_path / "home", 2026)
    assert published(warehouse_dir).run_id == "run-2026"


def test_unfinished_files_of_killed_builds_are_removed_and_running_ones_left(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish_years(home, 2023)
    killed, running = (warehouse_dir / f"warehouse.duckdb.{name}.new" for name in ("killed", "running"))
    for path in (killed, running):
        path.write_bytes(b"")
    os.utime(killed, (0, 0))
    publish_years(home, 2024)
    assert (killed.exists(), running.exists()) == (False, True)


@pytest.mark.drill
def test_the_history_keeps_the_newest(tmp_path: Path):
    home = tmp_path / "home"
    for year in (2021, 2022, 2023, 2024, 2025):
        warehouse_dir = publish(
            home, f"run-{year}", write_scores(home, range(2020, year), version=year), keep=2
        )
    kept = sorted((warehouse_dir / "history").glob("*.duckdb"))
    assert [identity_of(path).run_id for path in kept] == ["run-2023", "run-2024"]


@pytest.mark.drill
def test_a_swap_leaves_nothing_else_in_the_folder(tmp_path: Path):
    home = tmp_path / "home"
    publish_years(home, 2023)
    warehouse_dir = publish_years(home, 2024)
    assert sorted(path.name for path in warehouse_dir.rglob("*") if path.is_file()) == [
        "000001.duckdb",
        "warehouse.duckdb",
    ]


def test_a_file_system_without_hard_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(source: Path, target: Path) -> None:
        raise OSError("hard links are not supported")

    monkeypatch.setattr(serve.os, "link", refuse)
    home = tmp_path / "home"
    publish_years(home, 2023)
    warehouse_dir = publish_years(home, 2024)
    assert rollback(warehouse_dir) == "run-2023"


@pytest.mark.drill
def test_a_moved_home_answers_with_the_same_versions_and_can_still_roll_back(tmp_path: Path):
    home = tmp_path / "home"
    publish_years(home, 2023)
    before = published(publish_years(home, 2024))
    moved = tmp_path / "moved home's"
    shutil.move(home, moved)
    warehouse_dir = moved / "warehouse"
    assert not is_home_current(warehouse_dir, moved)
    assert ensure_home(warehouse_dir, moved, VIEWS_DIR)
    after = published(warehouse_dir)
    assert (after.run_id, after.published_at, after.home) == (
        before.run_id,
        before.published_at,
        moved.resolve(),
    )
    assert after.tables[SCORES].version == before.tables[SCORES].version
    assert _rows(warehouse_dir) == 6
    assert rollback(warehouse_dir) == "run-2023"
    assert _rows(warehouse_dir) == 3


def test_a_copied_home_reads_its_own_files(tmp_path: Path):
    home = tmp_path / "home"
    publish_small_home(home)
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    ensure_home(copy / "warehouse", copy, VIEWS_DIR)
    shutil.rmtree(home)
    assert _rows(copy / "warehouse") == 9


def test_a_home_that_did_not_move_is_left_alone(tmp_path: Path):
    warehouse_dir = publish_small_home(tmp_path / "home")
    before = (warehouse_dir / "warehouse.duckdb").stat().st_ino
    assert not ensure_home(warehouse_dir, tmp_path / "home", VIEWS_DIR)
    assert (warehouse_dir / "warehouse.duckdb").stat().st_ino == before


def test_a_home_that_lost_files_on_the_way_names_them(tmp_path: Path):
    home = tmp_path / "home"
    publish_small_home(home)
    moved = tmp_path / "moved"
    shutil.move(home, moved)
    shutil.rmtree(moved / "lake" / "marts")
    with pytest.raises(SmallcapError, match=r"without 3 of its files.*quality_scores"):
        ensure_home(moved / "warehouse", moved, VIEWS_DIR)


def test_an_export_holds_every_table_view_and_comment_without_the_home(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish_small_home(home)
    target = tmp_path / "portable.duckdb"
    told: list[tuple[str, int, int]] = []
    export(warehouse_dir, target, on_table=lambda *news: told.append(news))
    questions = {
        name: f"SELECT * FROM {name} ORDER BY ALL" for name in (*TABLES, *META_TABLES, "marts.latest_quality")
    }
    comments = (
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE comment IS NOT "
        "NULL ORDER BY ALL"
    )
    with connect(warehouse_dir / "warehouse.duckdb") as connection:
        expected = {name: connection.execute(sql).fetchall() for name, sql in questions.items()}
        expected_comments = connection.execute(comments).fetchall()
    shutil.rmtree(home)
    with duckdb.connect(str(target), read_only=True) as connection:
        assert {name: connection.execute(sql).fetchall() for name, sql in questions.items()} == expected
        assert connection.execute(comments).fetchall() == expected_comments
    assert [name for name, _, _ in told] == [*TABLES, *META_TABLES]
    assert told[-1][1:] == (len(told), len(told))


@pytest.mark.drill
def test_an_export_overwrites_only_when_asked(tmp_path: Path):
    warehouse_dir = publish_small_home(tmp_path / "home")
    target = tmp_path / "portable.duckdb"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--force"):
        export(warehouse_dir, target)
    assert target.read_text(encoding="utf-8") == "mine"
    export(warehouse_dir, target, overwrite=True)
    assert identity_of(target).run_id == "run-1"
    assert [path.name for path in tmp_path.glob("portable*")] == ["portable.duckdb"]


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("", "is a folder"),
        ("nowhere/x.duckdb", "does not exist"),
        ("home/warehouse/warehouse.duckdb", "one of the home's own files"),
    ],
)
def test_an_export_says_why_a_place_is_wrong(tmp_path: Path, warehouse_dir: Path, place: str, complaint: str):
    with pytest.raises(InputError, match=complaint):
        export(warehouse_dir, tmp_path / place, overwrite=True)
    assert published(warehouse_dir).run_id == "run-2025"


@pytest.mark.drill
def test_a_failed_export_leaves_nothing_behind(tmp_path: Path):
    warehouse_dir = publish_small_home(tmp_path / "home")
    next((tmp_path / "home").rglob("part-1.parquet")).unlink()
    with pytest.raises(SmallcapError, match="could not be written"):
        export(warehouse_dir, tmp_path / "portable.duckdb")
    assert list(tmp_path.glob("portable*")) == []


@pytest.mark.drill
def test_a_swap_of_the_first_catalogue_needs_no_history(tmp_path: Path):
    warehouse_dir = publish_small_home(tmp_path / "home")
    assert not (warehouse_dir / "history").exists()
    copied = shutil.copyfile(warehouse_dir / "warehouse.duckdb", warehouse_dir / "again.duckdb")
    swap(copied, warehouse_dir, 1)
    assert published(warehouse_dir).run_id == "run-1"
