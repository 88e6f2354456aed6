"""Asking a publication: one state for every answer, errors in words, Polars only for frames."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from smallcap.errors import NothingPublishedError, SmallcapError
from smallcap.questions import OlderPublicationError, Publication, open_publication, questions
from smallcap.questions import files as question_files
from tests.paths import PROJECT_ROOT
from tests.published_home import PUBLISHED_AT, publish_small_home

AS_OF = dt.date(2025, 12, 31)
GIVEN = {"relation": "marts.coverage"}
"""Parameters that cannot be null."""


@pytest.fixture(scope="module")
def warehouse_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication that tests read and do not change."""
    return publish_small_home(tmp_path_factory.mktemp("publication"))


@pytest.fixture(scope="module")
def opened(warehouse_dir: Path) -> Iterator[Publication]:
    with open_publication(warehouse_dir) as publication:
        yield publication


@pytest.fixture
def copied_dir(warehouse_dir: Path, tmp_path: Path) -> Path:
    """The warehouse of a copy, which a test may change; it still reads the files of the first."""
    return Path(shutil.copytree(warehouse_dir, tmp_path / "warehouse"))


def edit(warehouse_dir: Path, statement: str) -> None:
    """Change the served catalogue as no release does."""
    with duckdb.connect(str(warehouse_dir / "warehouse.duckdb")) as connection:
        connection.execute(statement)


def test_rows_come_by_column_name(warehouse_dir: Path) -> None:
    with open_publication(warehouse_dir) as publication:
        (row,) = publication.ask("headline")
        scores = publication.ask("best_and_worst_scores", as_of=AS_OF)
    assert (row["run_id"], row["built_at"]) == ("run-1", PUBLISHED_AT)
    assert [row["ticker"] for row in scores] == ["TC", "TB", "TA"]


def test_frame_and_table_hold_the_same_rows(warehouse_dir: Path) -> None:
    with open_publication(warehouse_dir) as publication:
        columns, rows = publication.table("status_tables")
        frame = publication.frame("status_tables")
    assert (frame.columns, frame.rows()) == (columns, rows)


@pytest.mark.parametrize("name", sorted(questions()))
def test_every_question_is_answered_by_what_this_release_publishes(opened: Publication, name: str) -> None:
    columns, _ = opened.table(name, **{one: GIVEN.get(one) for one in questions()[name].parameters})
    assert columns


def test_a_publication_meanwhile_changes_nothing_of_an_open_one(tmp_path: Path, copied_dir: Path) -> None:
    with open_publication(copied_dir) as publication:
        publish_small_home(tmp_path, "run-2", version=2)
        assert publication.ask("headline")[0]["run_id"] == "run-1"
        assert publication.ask("versions")[0]["run_id"] == "run-1"
    with open_publication(copied_dir) as publication:
        assert publication.ask("headline")[0]["run_id"] == "run-2"


@pytest.mark.parametrize(
    "statement", ["DROP VIEW core.annual_metrics", "DROP MACRO TABLE core.visible_annual_metrics_by_period"]
)
def test_a_publication_of_an_older_release_is_named_with_what_to_do(copied_dir: Path, statement: str) -> None:
    edit(copied_dir, statement)
    expected = (
        r"release 0\.1\.0, which lacks what the question 'sheet_years' reads .*'smallcap run' publishes"
    )
    with (
        open_publication(copied_dir) as publication,
        pytest.raises(OlderPublicationError, match=expected),
    ):
        publication.ask("sheet_years", as_of=AS_OF, entity=1)


def test_a_published_file_that_is_gone_is_named(tmp_path: Path) -> None:
    warehouse_dir = publish_small_home(tmp_path)
    file = next((tmp_path / "lake" / "marts").rglob("*.parquet"))
    file.unlink()
    with open_publication(warehouse_dir) as publication, pytest.raises(SmallcapError, match=file.name):
        publication.ask("best_and_worst_scores", as_of=AS_OF)


@pytest.mark.parametrize("parameters", [{}, {"as_of": AS_OF, "entity": 1}])
def test_parameters_are_those_of_the_question(warehouse_dir: Path, parameters: dict[str, object]) -> None:
    with open_publication(warehouse_dir) as publication, pytest.raises(TypeError, match="are: as_of; given"):
        publication.ask("funnel_attrition", **parameters)


def test_without_a_publication_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="run 'smallcap run' first"), open_publication(tmp_path):
        pass


def test_two_questions_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder in question_files.FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.sql").write_text("-- Same?\nSELECT 1", encoding="utf-8")
    monkeypatch.setattr(question_files, "SQL_DIR", tmp_path)
    with pytest.raises(ValueError, match="another question named same"):
        questions.__wrapped__()


def test_rows_are_read_without_polars(warehouse_dir: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom smallcap.questions import open_publication\n"
        "with open_publication(Path(sys.argv[1])) as publication: publication.ask('versions')\n"
        "print(sorted({'polars', 'pandas', 'dagster', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(warehouse_dir)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"
