"""fleet.duckdb holds what every home serves, told apart by the column home, and is read safely."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError, NothingPublishedError
from smallcap.fleet.questions import FOLDER, ask, fleet_question, fleet_questions
from smallcap.fleet.view import FILE, write_view
from smallcap.questions.files import read_question
from smallcap.warehouse.query import run_query
from smallcap.warehouse.reading import connect
from tests.published_home import publish_small_home, publish_years


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two homes of a fleet: one with scores of three years and a security, one with scores of one year."""
    folder = tmp_path_factory.mktemp("fleet")
    publish_small_home(folder / "a")
    publish_years(folder / "b-seed-2", 2023)
    assert write_view(folder, ["a", "b-seed-2", "never-run"]) == ["a", "b-seed-2"]
    return folder


def rows(root: Path, sql: str) -> list[tuple[object, ...]]:
    return list(run_query(root / FILE, sql).rows)


def test_every_table_of_all_homes_is_there_with_the_home_of_each_row(root: Path) -> None:
    counts = "SELECT home, year, count(*) FROM marts.quality_scores GROUP BY ALL ORDER BY ALL"
    assert rows(root, counts) == [
        *(("a", year, 3) for year in (2023, 2024, 2025)),
        ("b-seed-2", 2023, 3),
    ]
    assert rows(root, "SELECT home FROM raw.securities") == [("a",)]
    assert rows(root, "SELECT home, run_id FROM meta.homes ORDER BY home") == [
        ("a", "run-1"),
        ("b-seed-2", "run-2023"),
    ]


def test_a_query_reads_the_homes_files_and_no_others(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("x\n1\n")
    with pytest.raises(InputError):
        rows(root, f"SELECT * FROM read_csv('{tmp_path / 'other.csv'}')")


def test_no_home_with_a_publication_is_no_view(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="no home below"):
        write_view(tmp_path, ["a"])
    with pytest.raises(NothingPublishedError):
        ask(tmp_path, "universes")


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.sql")))
def test_every_question_reads_what_a_release_publishes(name: str, empty: Path) -> None:
    asked = read_question(FOLDER / f"{name}.sql")
    with connect(empty) as connection:
        connection.sql(asked.sql, params=dict.fromkeys(asked.parameters, "x")).fetchall()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A view over one home without rows: every table is there."""
    folder = tmp_path_factory.mktemp("empty")
    publish_years(folder / "a", 2023)
    write_view(folder, ["a"])
    return folder / FILE


def test_a_question_that_is_not_there_is_refused_with_those_that_are() -> None:
    assert "survivors_that_differ" in fleet_questions()
    with pytest.raises(InputError, match=r"no question 'x' of a fleet; there are: .*universes"):
        fleet_question("x")
