"""The published catalogue and the export open in a DuckDB 1.4.4 client, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from smallcap.tables import META_TABLES, TABLES
from smallcap.tables.macros import macros
from smallcap.warehouse import export
from tests.published_home import PROJECT_ROOT, publish_small_home
from tests.tiers import others_in_drill

pytestmark = pytest.mark.service
LOCK = Path(__file__).parent / "requirements-duckdb-1.4.lock"
ENVIRONMENT = PROJECT_ROOT / ".venv-duckdb14"
READ = """
import json, sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
ask = lambda sql: connection.execute(sql).fetchall()
print(json.dumps({
    "client": duckdb.__version__,
    "scores": ask("SELECT year, count(*), sum(score) FROM marts.quality_scores GROUP BY year ORDER BY year"),
    "latest": ask("SELECT ticker FROM marts.latest_quality"),
    "unqualified": ask("SELECT count(*) FROM quality_point_in_time")[0][0],
    "wide": ask("SELECT count(*) FROM members_wide")[0][0],
    "shown": [name for (name,) in ask("SHOW TABLES")],
    "visible": ask("SELECT count(*) FROM core.visible_annual_metrics(DATE '2025-12-31')"),
    "by_date": ask("SELECT count(*) FROM marts.quality_scores, raw.visible_fundamentals_by_period(as_of)"),
    "symbol": ask("SELECT core.symbol_key('brk/b ')"),
    "macros": ask("SELECT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NOT NULL"),
    "counts": {name: ask(f"SELECT count(*) FROM {name}")[0][0] for name in sys.argv[2:]},
    "uncommented": ask(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE schema_name || '.' || table_name IN ("
        + ", ".join(f"'{name}'" for name in sys.argv[2:]) + ") AND comment IS NULL"
    ),
    "comment": ask(
        "SELECT comment FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = 'quality_scores'"
        " AND column_name = 'roe'"
    ),
}))
"""


@pytest.fixture(scope="session")
def old_python() -> Path:
    """Make the environment once; later runs use it again."""
    python = ENVIRONMENT / "bin" / "python"
    if _has_client(python):
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True, timeout=120)
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(LOCK),
    ]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300)
    if done.returncode and any(
        sign in done.stderr for sign in ("Connection", "Temporary failure", "timed out")
    ):
        pytest.skip(
            "the package index cannot be reached, so DuckDB 1.4.4 could not be installed beside "
            "this environment"
        )
    assert done.returncode == 0, done.stderr
    return python


def _has_client(python: Path) -> bool:
    if not python.exists():
        return False
    asked = subprocess.run(
        [str(python), "-c", "import duckdb; print(duckdb.__version__)"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return asked.stdout.strip() == "1.4.4"


@pytest.fixture(scope="module", params=others_in_drill(["catalogue", "export"], kept=["catalogue"]))
def answers(
    request: pytest.FixtureRequest, old_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    home = tmp_path_factory.mktemp(request.param) / "analyst's home"
    warehouse_dir = publish_small_home(home)
    file = warehouse_dir / "warehouse.duckdb"
    if request.param == "export":
        file = home.parent / "portable.duckdb"
        export(warehouse_dir, file)
    done = subprocess.run(
        [str(old_python), "-c", READ, str(file), *TABLES, *META_TABLES],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_client_is_the_old_one(answers: dict[str, object]):
    assert answers["client"] == "1.4.4"


def test_rows_and_partitions_are_read(answers: dict[str, object]):
    assert answers["scores"] == [[year, 3, 3.0] for year in (2023, 2024, 2025)]
    assert answers["latest"] == [["TC"], ["TB"], ["TA"]]


def test_every_table_answers(answers: dict[str, object]):
    assert {name: count for name, count in answers["counts"].items() if count} == {
        "marts.quality_scores": 9,
        "raw.securities": 1,
        "meta.published_tables": 2,
        "meta.published_files": 4,
        "meta.catalogue": 1,
    }


def test_macros_answer_and_have_comments(answers: dict[str, object]):
    assert answers["visible"] == answers["by_date"] == [[0]]
    assert answers["symbol"] == [["BRKB"]]
    assert {name for (name,) in answers["macros"]} == {macro.name.split(".")[1] for macro in macros()}


def test_comments_are_read(answers: dict[str, object]):
    assert answers["uncommented"] == []
    assert answers["comment"] == [["return on equity [fraction]"]]


def test_the_marts_are_found_without_their_layer(answers: dict[str, object]):
    assert (answers["unqualified"], answers["wide"]) == (9, 0)
    shown = set(answers["shown"])
    assert {"members_wide", "quality_scores", "survivors"} <= shown
    assert "members" not in shown
