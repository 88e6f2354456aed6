"""The command `diff`: what it prints, and with which exit code it ends."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import duckdb
import pytest

from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command import app as cli
from smallcap.warehouse import export
from tests.published_home import SCORES, SECURITIES, publish_small_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("command") / "home"
    publish_small_home(home)
    export(home / "warehouse", home.parent / "exported.duckdb")
    return home


@pytest.fixture
def edited(home: Path, tmp_path: Path):
    """Make a copy of the exported file on which a statement was run."""

    def edit(statement: str) -> Path:
        file = Path(shutil.copy(home.parent / "exported.duckdb", tmp_path / "edited.duckdb"))
        with duckdb.connect(str(file)) as connection:
            connection.execute(statement)
        return file

    return edit


@pytest.fixture
def diff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command in this process, and return its exit code, its lines and what it said of errors."""

    def run(*arguments: object) -> tuple[int, list[str], str]:
        monkeypatch.setattr(sys, "argv", ["smallcap", "diff", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return run


def test_equal_warehouses_end_with_0_and_the_number_of_tables_and_rows(home: Path, diff):
    code, lines, _ = diff(home, home.parent / "exported.duckdb")
    assert (code, lines[-1]) == (0, "equal: 2 tables, 10 rows")
    assert lines[0].startswith(f"A: {home}, run run-1, release 0.1.0")


def test_different_ones_end_with_9_and_name_tables_columns_and_values(home: Path, edited, diff):
    code, lines, _ = diff(
        home,
        edited(
            f"UPDATE {SCORES} SET name = '[b] \n' || name, score = NULL WHERE entity_id = 2 AND year = 2024"
        ),
    )
    assert code == ExitCode.DIFFERENT == 9
    assert f"{SCORES}: 1 row changed (9 in A, 9 in B)" in lines
    assert "  score: 1 row changed" in lines
    assert (
        '    as_of 2024-12-31, entity_id 2, method "published", basis "point_in_time": 1.0 in A, null in B'
        in lines
    )
    assert any(line.endswith('<b>bold</b>\\n=1+1" in B') and '"[b] \\nO' in line for line in lines)
    assert lines[-1] == f"different: {SCORES}; equal: 1 table, 1 row"


def test_added_and_removed_rows_show_their_keys(home: Path, edited, diff):
    file = edited(f"DELETE FROM {SCORES} WHERE year = 2023")
    removed, added = diff(home, file)[1], diff(file, home)[1]
    assert f"{SCORES}: 3 rows removed (9 in A, 6 in B)" in removed
    assert f"{SCORES}: 3 rows added (6 in A, 9 in B)" in added
    key = '    as_of 2023-12-31, entity_id 1, method "published", basis "point_in_time", ticker "TA"'
    assert removed[removed.index("  3 rows removed") + 1] == added[added.index("  3 rows added") + 1] == key
    assert key not in diff(home, file, "--examples", 0)[1]


def test_a_column_of_one_side_counts_only_with_strict(home: Path, edited, diff):
    file = edited(f"ALTER TABLE {SCORES} ADD COLUMN added_since DOUBLE")
    code, lines, _ = diff(home, file)
    assert (code, lines[-1]) == (0, "equal: 2 tables, 10 rows")
    assert f"{SCORES}: equal in the columns that both have; only in B: added_since" in lines
    code, lines, _ = diff(home, file, "--strict")
    assert (code, lines[-1]) == (9, f"different: {SCORES}; equal: 1 table, 1 row")


def test_a_table_of_one_side_is_named_and_can_be_left_out(home: Path, edited, diff):
    file = edited(f"DROP TABLE {SECURITIES}")
    code, lines, _ = diff(home, file)
    assert (code, lines[-1]) == (9, f"different: {SECURITIES}; equal: 1 table, 9 rows")
    assert f"{SECURITIES}: only in A, 1 row" in lines
    code, lines, _ = diff(file, home, "--without", f"raw.*, {SECURITIES}")
    assert (code, lines[-1]) == (0, "equal: 1 table, 9 rows")


def test_a_tolerance_is_said_to_have_been_used(home: Path, edited, diff):
    code, lines, _ = diff(
        home,
        edited(f"UPDATE {SCORES} SET score = score * (1 + 1e-15)"),
        "--tolerance",
        "1e-12",
        "--tables",
        "marts.*",
    )
    assert (code, lines[-1]) == (0, "equal: 1 table, 9 rows")
    assert f"{SCORES}: 6 rows within the tolerance" in lines


def test_json_holds_the_same_and_keeps_nan_and_null_apart(home: Path, edited, diff):
    file = edited(f"UPDATE {SCORES} SET score = 'NaN', roe = 1 WHERE entity_id = 2 AND year = 2024")
    code, lines, _ = diff(home, file, "--format", "json")
    found = json.loads("\n".join(lines))
    assert (code, found["is_equal"], found["different_tables"]) == (9, False, [SCORES])
    (table,) = (table for table in found["tables"] if table["name"] == SCORES)
    assert table["changed_columns"] == {"roe": 1, "score": 1}
    key = {"as_of": "2024-12-31", "entity_id": 2, "method": "published", "basis": "point_in_time"}
    assert table["examples"]["score"] == [{"key": key, "a": 1.0, "b": "nan"}]
    assert table["examples"]["roe"] == [{"key": key, "a": None, "b": 1.0}]
    code, lines, _ = diff(home, home, "--format", "json")
    assert (code, json.loads("\n".join(lines))["is_equal"]) == (0, True)


def test_errors_end_with_their_own_codes(home: Path, tmp_path: Path, diff):
    (tmp_path / "home.toml").touch()
    for arguments, expected in (
        ((home, tmp_path), 5),
        ((home, tmp_path / "nothing"), 2),
        ((home, home, "--tables", "marts.nothing"), 2),
        ((home, home, "--tolerance", "nan"), 2),
        ((home,), 2),
    ):
        code, lines, error = diff(*arguments)
        assert (code, lines) == (expected, [])
        assert error


def test_the_help_states_the_exit_codes(diff):
    code, lines, _ = diff("--help")
    text = " ".join(" ".join(lines).split())
    assert code == 0
    assert "0 the tables are equal; 9 they differ" in text
