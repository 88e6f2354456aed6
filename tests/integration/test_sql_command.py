"""`smallcap sql` as it is typed: it reads what is published, in four formats, and can be made to do nothing
else.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from smallcap.questions import worked_query
from tests.command_line import environment, must_succeed
from tests.command_line import smallcap as run_command
from tests.paths import PROJECT_ROOT

SECRET = "nobody published this"
COUNT = "SELECT as_of, count(*) AS members FROM core.members GROUP BY as_of ORDER BY as_of"
# {file} does not exist and must not; {secret} exists and must not be read.
WRITES = {
    "COPY": "COPY (SELECT 1) TO '{file}'",
    "COPY of a published table": "COPY core.members TO '{file}' (FORMAT parquet)",
    "EXPLAIN ANALYZE COPY": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}'",
    "EXPLAIN COPY": "EXPLAIN COPY (SELECT 1) TO '{file}'",
    "COPY within WITH": "WITH x AS (COPY (SELECT 1) TO '{file}') SELECT * FROM x",
    "ATTACH": "ATTACH '{file}' AS other",
    "EXPORT": "EXPORT DATABASE '{file}'",
    "INSTALL": "INSTALL httpfs",
    "LOAD": "LOAD httpfs",
    "PRAGMA that writes": "PRAGMA profiling_output = '{file}'",
    "SET that writes": "SET profile_output = '{file}'",
    "a second statement": "SELECT 1; COPY (SELECT 1) TO '{file}'",
    "a table": "CREATE TABLE made AS SELECT 1",
    "a deletion": "DELETE FROM meta.runs",
    "a SELECT that is handed a COPY": "SELECT * FROM query('COPY (SELECT 1) TO ''{file}''')",
}
READS = {
    "text": "SELECT * FROM read_text('{secret}')",
    "CSV": "SELECT * FROM read_csv('{secret}')",
    "a file named as a table": "SELECT * FROM '{secret}'",
    "Parquet that is not published": "SELECT * FROM read_parquet('{parquet}')",
}
# Which of the slow modules a call of the command loaded, told after what the command printed.
LOADED = """
import sys
from smallcap.pipelines.command.app import main
sys.argv = ["smallcap", *sys.argv[1:]]
try:
    main()
finally:
    loaded = [name for name in ("dagster", "polars", "pandas", "pyarrow") if name in sys.modules]
    print("loaded:", *loaded, file=sys.stderr)
"""


@pytest.mark.parametrize("what", WRITES)
def test_what_would_write_is_refused_and_writes_nothing(
    small_home: Path, smallcap, tmp_path: Path, what: str
):
    file = tmp_path / "written"
    served = (small_home / "warehouse" / "warehouse.duckdb").read_bytes()
    refused = smallcap("sql", WRITES[what].format(file=file), "--home", small_home)
    assert refused.code == 2, refused.err
    assert refused.err.startswith("error: ")
    assert list(tmp_path.iterdir()) == []
    assert (small_home / "warehouse" / "warehouse.duckdb").read_bytes() == served


def test_a_published_file_may_be_read_but_is_never_overwritten(home: Path, smallcap):
    published = next(path for path in sorted((home / "lake" / "core" / "members").rglob("*.parquet")))
    assert smallcap("sql", f"SELECT count(*) FROM read_parquet('{published}')", "--home", home).code == 0
    before = published.read_bytes()
    for what, query in WRITES.items():
        assert smallcap("sql", query.format(file=published), "--home", home).code == 2, what
        assert published.read_bytes() == before, what


@pytest.mark.parametrize("what", READS)
def test_a_file_that_is_not_published_is_not_read(small_home: Path, smallcap, tmp_path: Path, what: str):
    secret = tmp_path / "secret.csv"
    secret.write_text(f"a,b\n{SECRET},1\n")
    parquet = next((small_home / "snapshots").rglob("*.parquet"), None) or tmp_path / "none.parquet"
    refused = smallcap(
        "sql", READS[what].format(secret=secret, parquet=parquet), "--home", small_home, "--format", "csv"
    )
    assert refused.code == 2, refused.err
    assert refused.out == ""
    assert SECRET not in refused.err


def test_every_format_says_the_same(small_home: Path, tmp_path: Path):
    rows = [
        (row["as_of"], int(row["members"]))
        for row in csv.DictReader(
            io.StringIO(must_succeed("sql", COUNT, "--format", "csv", "--home", small_home))
        )
    ]
    assert [as_of for as_of, _ in rows] == ["2024-01-31", "2025-01-31"]
    assert all(members > 100 for _, members in rows)

    parsed = json.loads(must_succeed("sql", COUNT, "--format", "json", "--home", small_home))
    assert [(row["as_of"], row["members"]) for row in parsed] == rows
    table = must_succeed("sql", COUNT, "--home", small_home)
    assert all(as_of in table and str(members) in table for as_of, members in rows)

    must_succeed(
        "sql", COUNT, "--format", "parquet", "--output", tmp_path / "rows.parquet", "--home", small_home
    )
    written = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [(row["as_of"].isoformat(), row["members"]) for row in written] == rows


def test_a_query_may_begin_with_a_comment(small_home: Path, smallcap):
    answer = smallcap("sql", "-- how many?\nSELECT count(*) AS dates FROM coverage", "--home", small_home)
    assert (answer.code, answer.out.split()[0]) == (0, "dates")


def test_the_list_of_worked_queries_is_written_in_the_format_that_is_asked_for(small_home: Path, smallcap):
    listed = json.loads(smallcap("sql", "--list", "--format", "json", "--home", small_home).out)
    assert {row["name"]: row["parameters"] for row in listed}["company_history"] == "ticker"
    refused = smallcap("sql", "--list", "--format", "parquet", "--home", small_home)
    assert (refused.code, refused.out) == (2, "")
    assert "--list is written as table, csv, json, jsonl, markdown" in refused.err


def test_a_home_that_is_a_file_is_no_home_without_publication(tmp_path: Path, smallcap):
    file = tmp_path / "home"
    file.write_text("", encoding="utf-8")
    refused = smallcap("sql", "SELECT 1", "--home", file)
    assert refused.code == 2
    assert "is a file; --home names the folder of a home" in " ".join(refused.err.split())


@pytest.mark.parametrize("query", [b"SELECT '\xff'", b"SELECT 1 AS \xe4"])
def test_a_query_that_is_no_text_is_refused(small_home: Path, query: bytes):
    command = [sys.executable, "-m", "smallcap.pipelines.command.app", "sql", "--home", str(small_home)]
    typed = subprocess.run([*command, query], capture_output=True, env=environment(), check=False)
    piped = subprocess.run([*command, "-"], input=query, capture_output=True, env=environment(), check=False)
    for answer in (typed, piped):
        assert (answer.returncode, answer.stdout) == (2, b"")
        assert b"no text in UTF-8" in b" ".join(answer.stderr.split())


@pytest.mark.parametrize("written_as", ["csv", "json", "jsonl", "markdown", "parquet"])
def test_a_reader_that_stops_early_is_no_fault(small_home: Path, written_as: str):
    command = [sys.executable, "-m", "smallcap.pipelines.command.app", "sql", "FROM raw.prices"]
    with subprocess.Popen(
        [*command, "--format", written_as, "--home", str(small_home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as asking:
        assert asking.stdout is not None
        assert asking.stderr is not None
        assert asking.stdout.read(4)
        asking.stdout.close()
        told = asking.stderr.read()
    assert (asking.returncode, told) == (0, b"")


def test_explain_shows_a_plan_without_running_it(small_home: Path):
    assert "count_star()" in must_succeed("sql", f"EXPLAIN {COUNT}", "--home", small_home)


def test_a_query_that_is_wrong_is_told_where(small_home: Path, smallcap):
    wrong = smallcap("sql", "SELECT no_such_column FROM core.members", "--home", small_home)
    assert wrong.code == 2
    assert "no_such_column" in wrong.err
    assert "Traceback" not in wrong.err


def test_a_home_in_which_nothing_is_published_says_what_to_run(tmp_path: Path):
    empty = run_command("sql", "SELECT 1", "--home", tmp_path / "empty")
    assert empty.returncode == 5
    assert re.search(
        r"nothing is published in \S+ yet; make it with: \S*smallcap run --home \S+", empty.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "not_needed"),
    [
        (["--help"], {"dagster", "polars", "pandas", "pyarrow"}),
        (["run", "--help"], {"dagster", "polars", "pandas", "pyarrow"}),
        (["sql", COUNT], {"dagster"}),
        (["sql", COUNT, "--format", "csv"], {"dagster", "polars", "pandas", "pyarrow"}),
        (["sql", COUNT, "--format", "json"], {"dagster", "polars", "pandas", "pyarrow"}),
    ],
    ids=["help", "help of run", "sql", "sql as csv", "sql as json"],
)
def test_what_is_not_needed_is_not_loaded(small_home: Path, arguments: list[str], not_needed: set[str]):
    home = [] if "--help" in arguments else ["--home", str(small_home)]
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments, *home],
        env=environment(),
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    loaded = next(line for line in done.stderr.splitlines() if line.startswith("loaded:"))
    assert not_needed & set(loaded.split()) == set()


def test_worked_queries_are_listed_with_their_questions_and_run_by_name(small_home: Path):
    listed = must_succeed("sql", "--list", "--home", small_home)
    names = sorted(path.stem for path in (PROJECT_ROOT / "sql" / "queries").glob("*.sql"))
    assert len(names) >= 12
    assert [
        line.split()[0] for line in listed.splitlines() if line.split() and line.split()[0] in names
    ] == names
    done = run_command("sql", "--query", "why_not_scored", "--home", small_home, "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Why do members have no score")
    assert len(done.stdout.splitlines()) > 1


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in (PROJECT_ROOT / "sql" / "queries").glob("*.sql"))
)
def test_every_worked_query_runs_on_a_published_home(small_home: Path, smallcap, name: str):
    given = [part for one in worked_query(name).declared for part in ("--set", f"{one.name}={one.example}")]
    answer = smallcap("sql", "--query", name, *given, "--home", small_home, "--format", "csv")
    assert answer.code == 0, answer.err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--query", "nobody"], "there is no worked query 'nobody'; they are: about_to_be_stale"),
        (["--query", "sector-pee"], "there is no worked query 'sector-pee'; nearest: sector_pe; --list"),
        ([], "give one of: a query (- reads it from standard input), --query NAME, or --list"),
        (["SELECT 1", "--list"], "--query NAME, or --list"),
    ],
)
def test_a_wrong_way_of_asking_says_what_there_is(
    small_home: Path, smallcap, arguments: list[str], complaint: str
):
    refused = smallcap("sql", *arguments, "--home", small_home)
    assert refused.code == 2
    assert complaint in " ".join(refused.err.split())
