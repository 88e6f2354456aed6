"""What `fleet sql` and `fleet report` answer, and what they say where there is nothing to answer from."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from smallcap.errors import InputError, NothingPublishedError
from smallcap.fleet import report
from smallcap.fleet.view import write_view
from smallcap.package_files import default_reference
from smallcap.pipelines.command.fleet import show_answer
from smallcap.pipelines.command.options import Format
from tests.published_home import publish_years


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    publish_years(folder / "a", 2023)
    write_view(folder, ["a"])
    return folder


def answer(root: Path, query: str | None, worked: str | None = None, rows: int = 50) -> tuple[str, str]:
    """Return what is written to standard output and to standard error."""
    out, err = (Console(file=io.StringIO(), width=120) for _ in range(2))
    show_answer(root, query, worked, Format.table, rows, out, err)
    return out.file.getvalue(), err.file.getvalue()  # type: ignore[attr-defined]


def test_no_rows_and_rows_that_are_left_out_are_said(root: Path) -> None:
    assert answer(root, "SELECT home FROM meta.homes") == ("home\na\n", "")
    assert answer(root, "SELECT home FROM meta.homes WHERE home = 'b'")[1] == "no rows\n"
    told = answer(root, "SELECT unnest([1, 2, 3]) AS one", rows=2)[1]
    assert told == "the first 2 rows; --rows shows more, --format csv all\n"


def test_a_query_and_a_worked_question_are_not_asked_at_once(root: Path) -> None:
    with pytest.raises(InputError, match="give one of: a query, --query NAME"):
        answer(root, "SELECT 1", "universes")


def test_a_root_without_the_catalogue_names_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match=r"no .*fleet\.duckdb; 'smallcap fleet run' writes it"):
        answer(tmp_path, "SELECT 1")


def test_a_book_that_no_home_publishes_is_refused_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(report, "ask", lambda root, name, **given: pl.DataFrame({"book": ["one", "two"]}))
    with pytest.raises(
        InputError, match="no home of the fleet publishes the book 'x'; --book takes: one, two"
    ):
        report.report_of(tmp_path, ["a"], "x", default_reference())
