"""A damaged catalogue: every command that needs it rebuilds it from the lake, or serves an earlier one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smallcap.errors import DamagedCatalogueError, HomeBusyError, InputError
from smallcap.lake import Lake
from smallcap.questions import open_publication
from smallcap.tables import META_TABLES, TABLES
from smallcap.warehouse import (
    ensure_home,
    export,
    published,
    rollback,
    run_query,
    served_run_id,
    versions_in_use,
)
from smallcap.warehouse.reading import connect, is_damaged
from tests.command_line import published as published_rows
from tests.integration.damage import DAMAGES, damage, flip_a_byte
from tests.integration.homes import EARLIER, LATER, Answer, as_of_dates, contents, copy_home
from tests.integration.homes import served as served_rows
from tests.published_home import SCORES, VIEWS_DIR, publish, publish_years, write_scores
from tests.tiers import others_in_drill

Smallcap = Callable[..., Answer]
COUNT = "SELECT count(*) FROM marts.quality_scores"
KEPT_KINDS = ("truncated",)
"""The kinds of damage that `make test` publishes over: a file that is no catalogue, and what is no file."""


def _refusal_of(read: Callable[[], object], served: Path) -> str:
    """Insist that reading is refused in one line that names the file and what mends it; return the line."""
    with pytest.raises(DamagedCatalogueError) as refused:
        read()
    message = str(refused.value)
    parts = (str(served), "is damaged (", "'smallcap run' rebuilds it", "'smallcap rollback'")
    assert [part for part in parts if part not in message] == []
    assert "\n" not in message
    return message


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.name != "notes.txt")


@pytest.mark.parametrize("kind", DAMAGES)
class TestEachKindOfDamage:
    @pytest.mark.some_cases(2)
    def test_rollback_serves_the_newest_earlier_catalogue_and_keeps_the_damaged_file(
        self, warehouse_dir: Path, kind: str
    ) -> None:
        served = warehouse_dir / "warehouse.duckdb"
        damage(served, kind)
        is_folder, content = served.is_dir(), b"" if served.is_dir() else served.read_bytes()
        told: list[str] = []
        assert rollback(warehouse_dir, told.append) == "run-2024"
        assert run_query(warehouse_dir, COUNT).rows == ((6,),)
        aside = warehouse_dir / "warehouse.duckdb.damaged"
        assert told == [f"the damaged catalogue is kept as {aside}"]
        assert (aside / "notes.txt").is_file() if is_folder else aside.read_bytes() == content
        assert rollback(warehouse_dir) == "run-2023"

    @pytest.mark.some_cases(2)
    def test_it_names_no_run_so_that_an_unfinished_one_is_undone(
        self, warehouse_dir: Path, kind: str
    ) -> None:
        damage(warehouse_dir / "warehouse.duckdb", kind)
        assert served_run_id(warehouse_dir) in (None, "run-2025")

    @pytest.mark.some_cases(4)
    def test_reading_it_says_what_is_wrong_and_what_mends_it(
        self, tmp_path: Path, warehouse_dir: Path, kind: str
    ) -> None:
        served = warehouse_dir / "warehouse.duckdb"
        damage(served, kind)
        _refusal_of(lambda: run_query(warehouse_dir, "SELECT * FROM meta.checks"), served)
        _refusal_of(lambda: published(warehouse_dir), served)
        _refusal_of(lambda: export(warehouse_dir, tmp_path / "portable.duckdb"), served)
        assert list(tmp_path.glob("portable*")) == []

    @pytest.mark.some_cases(2)
    def test_rollback_passes_over_damaged_files_of_the_history_and_keeps_them(
        self, warehouse_dir: Path, kind: str
    ) -> None:
        history = warehouse_dir / "history"
        damage(history / "000002.duckdb", kind)
        told: list[str] = []
        assert rollback(warehouse_dir, told.append) == "run-2023"
        kept = history / "rolled_back" / "000002.duckdb"
        assert told == [f"{history / '000002.duckdb'} is damaged and was skipped; it is kept as {kept}"]
        assert kept.exists()
        with pytest.raises(InputError, match=r"no earlier catalogue.*run-2023 stays served"):
            rollback(warehouse_dir)


@pytest.mark.parametrize("kind", others_in_drill(DAMAGES, kept=KEPT_KINDS))
def test_a_publication_takes_its_place_and_keeps_the_damaged_file(
    tmp_path: Path, warehouse_dir: Path, kind: str
) -> None:
    served = warehouse_dir / "warehouse.duckdb"
    for name in ("warehouse.duckdb.damaged", "warehouse.duckdb.damaged-2"):
        damage(served, kind)
        os.utime(served, (0, 0))
        publish_years(tmp_path / "home", 2025)
        assert published(warehouse_dir).run_id == "run-2025"
        assert (warehouse_dir / name).exists(), "an old file is no leftover of a build"
    assert _files(warehouse_dir / "history") == ["000001.duckdb", "000002.duckdb"]
    assert rollback(warehouse_dir) == "run-2024"


@pytest.mark.parametrize("kind", others_in_drill(DAMAGES, kept=KEPT_KINDS))
def test_a_damaged_file_of_the_history_disturbs_no_publication(
    tmp_path: Path, warehouse_dir: Path, kind: str
) -> None:
    damage(warehouse_dir / "history" / "000001.duckdb", kind)
    assert set(versions_in_use(warehouse_dir, warehouse_dir.parent)[SCORES]) == {2024, 2025}
    home = tmp_path / "home"
    for year in (2026, 2027):
        publish(home, f"run-{year}", write_scores(home, range(2023, year + 1), version=year), keep=2)
    assert rollback(warehouse_dir) == "run-2026"


@pytest.mark.drill
@pytest.mark.parametrize("kind", others_in_drill(DAMAGES, kept=["random bytes in the middle"]))
def test_a_home_that_was_moved_with_it_can_be_rolled_back(
    tmp_path: Path, warehouse_dir: Path, kind: str
) -> None:
    damage(warehouse_dir / "warehouse.duckdb", kind)
    moved = (tmp_path / "home").rename(tmp_path / "moved")
    served = moved / "warehouse" / "warehouse.duckdb"
    _refusal_of(lambda: ensure_home(moved / "warehouse", moved, VIEWS_DIR), served)
    assert rollback(moved / "warehouse") == "run-2024"
    assert run_query(moved / "warehouse", COUNT).rows == ((6,),)


def test_with_nothing_whole_to_go_back_to_the_message_names_the_run_alone(warehouse_dir: Path) -> None:
    for path in (warehouse_dir / "warehouse.duckdb", *(warehouse_dir / "history").glob("*.duckdb")):
        damage(path, "truncated")
    before = _files(warehouse_dir)
    with pytest.raises(DamagedCatalogueError) as refused:
        rollback(warehouse_dir)
    assert "'smallcap run' rebuilds it" in str(refused.value)
    assert "rollback" not in str(refused.value)
    assert _files(warehouse_dir) == before


def test_a_publication_that_fails_leaves_the_damaged_file_where_it_is(
    tmp_path: Path, warehouse_dir: Path, monkeypatch
) -> None:
    damage(warehouse_dir / "warehouse.duckdb", "truncated")
    before = _files(warehouse_dir)
    with monkeypatch.context() as patch:
        patch.setattr("smallcap.warehouse.catalogue._create_extra_views", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            publish_years(tmp_path / "home", 2026)
    assert _files(warehouse_dir) == before


@pytest.mark.parametrize(
    "place", others_in_drill([number / 24 for number in range(25)], kept=[0, 1 / 4, 1 / 2, 1])
)
def test_a_flipped_byte_does_no_harm_or_is_explained(warehouse_dir: Path, place: float) -> None:
    served = warehouse_dir / "warehouse.duckdb"
    flip_a_byte(served, place)
    if not is_damaged(served):
        with connect(served) as connection:
            for name in (*TABLES, *META_TABLES):
                connection.execute(f"SELECT * FROM {name}").fetchall()
        return
    with pytest.raises(DamagedCatalogueError):
        published(warehouse_dir)
    assert rollback(warehouse_dir) == "run-2024"


def test_a_query_tells_damage_from_its_own_mistakes(warehouse_dir: Path) -> None:
    with pytest.raises(InputError, match="no_such_column"):
        run_query(warehouse_dir, "SELECT no_such_column FROM meta.runs")
    with pytest.raises(InputError, match="only published tables"):
        run_query(warehouse_dir, "SELECT * FROM read_parquet('/etc/passwd')")


def test_a_report_that_meets_damage_says_so(warehouse_dir: Path) -> None:
    damage(warehouse_dir / "warehouse.duckdb", "random bytes in the middle")
    with pytest.raises(DamagedCatalogueError), open_publication(warehouse_dir) as publication:
        publication.frame("versions")


def test_a_catalogue_that_another_program_writes_to_is_not_damaged(warehouse_dir: Path) -> None:
    served = warehouse_dir / "warehouse.duckdb"
    holder = os.fork()
    if holder == 0:
        connection = duckdb.connect(str(served))
        (warehouse_dir / "held").touch()
        while (warehouse_dir / "held").exists():
            os.sched_yield()
        connection.close()
        os._exit(0)
    try:
        while not (warehouse_dir / "held").exists():
            os.sched_yield()
        with pytest.raises(HomeBusyError, match=rf"{re.escape(str(served))} for writing; close it there"):
            served_run_id(warehouse_dir)
        with pytest.raises(HomeBusyError):
            rollback(warehouse_dir)
    finally:
        (warehouse_dir / "held").unlink()
        os.waitpid(holder, 0)
    assert rollback(warehouse_dir) == "run-2024"


def test_a_catalogue_that_this_user_may_not_read_is_not_damaged(
    warehouse_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smallcap.warehouse.reading.os.access", lambda path, mode: False)
    with pytest.raises(InputError, match="cannot be read by this user"):
        served_run_id(warehouse_dir)


COMMANDS = (
    ("status",),
    ("sql", "SELECT * FROM meta.checks"),
    ("why", "{ticker}"),
    ("funnel",),
    ("report",),
    ("regress", "sample_hindsight"),
    ("export", "portable.duckdb"),
)


@pytest.mark.drill
@pytest.mark.parametrize(
    "kind",
    others_in_drill(["truncated", "random bytes in the middle", "a folder in its place"], kept=["truncated"]),
)
def test_every_command_that_needs_it_serves_it_again_from_the_lake(
    small_home: Path, tmp_path: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    home = copy_home(small_home, tmp_path / "home")
    before = served_rows(home)
    tickers = published_rows(home, "SELECT min(ticker) AS ticker FROM core.members WHERE ticker > 'A'")
    ticker = str(tickers["ticker"][0])
    for number, command in enumerate(COMMANDS):
        damage(home / "warehouse" / "warehouse.duckdb", kind)
        answer = smallcap(*(word.format(ticker=ticker) for word in command), "--home", home)
        said = " ".join(answer.err.split())
        assert answer.code == 0, (command, said)
        assert "was damaged: it was rebuilt from the lake, as run" in said, (command, said)
        assert served_rows(home) == before, command
        aside = "warehouse.duckdb.damaged" + (f"-{number + 1}" if number else "")
        assert (home / "warehouse" / aside).exists()


@pytest.mark.drill
def test_an_earlier_catalogue_is_served_where_a_run_failed_since_and_run_and_rollback_work(
    small_home: Path, tmp_path: Path, smallcap: Smallcap
) -> None:
    home = copy_home(small_home, tmp_path / "home")
    marts = [name for name in TABLES if name.startswith("marts.")]
    lake = contents(home, marts)
    (home / "run.json").write_text('{"run_id": "lost", "tables": {}}', encoding="utf-8")
    damage(home / "warehouse" / "warehouse.duckdb", "truncated")
    doctor = smallcap("doctor", "--home", home)
    assert doctor.code == 6
    assert "is damaged" in doctor.out
    answer = smallcap("sql", "SELECT count(*) FROM core.members", "--home", home)
    assert answer.code == 0, answer.err
    assert "an earlier one, is served; 'smallcap run' publishes the newest state" in " ".join(
        answer.err.split()
    )
    assert as_of_dates(home) == [EARLIER]

    damage(home / "warehouse" / "warehouse.duckdb", "truncated")
    made = smallcap("run", "--as-of", LATER, "--home", home)
    assert made.code == 0, made.err
    assert "is damaged" in made.err
    assert as_of_dates(home) == [EARLIER, LATER]
    assert [name for name, rows in contents(home, marts).items() if not rows.equals(lake[name])] == []
    assert smallcap("doctor", "--home", home).code == 0


@pytest.mark.drill
def test_a_run_that_was_killed_before_the_damage_is_undone_and_made_again(
    small_home: Path, tmp_path: Path, smallcap: Smallcap
) -> None:
    home = copy_home(small_home, tmp_path / "home")
    lake, run_id = Lake(home / "lake"), served_run_id(home / "warehouse")
    scores = lake.read("marts.quality_scores")
    before = {"marts.quality_scores": lake.version("marts.quality_scores") - 1}
    (home / "run.json").write_text(json.dumps({"run_id": run_id, "tables": before}), encoding="utf-8")
    # Half a file may still say whose it is, and that run was complete then; an empty one says nothing.
    damage(home / "warehouse" / "warehouse.duckdb", "zero bytes")
    assert smallcap("run", "--as-of", LATER, "--home", home).code == 0
    assert lake.read("marts.quality_scores").equals(scores)
    runs = published_rows(home, f"SELECT status FROM meta.runs WHERE run_id = '{run_id}'")
    assert runs["status"].to_list() == ["undone"]
    assert as_of_dates(home) == [EARLIER, LATER]
