"""What one query may use: every limit ends it with an explained error, whatever the query does, and leaves no
file.
"""

from __future__ import annotations

import io
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError, SmallcapError
from smallcap.settings import Settings
from smallcap.warehouse import QueryLimits, run_query
from smallcap.warehouse.apart import run_apart
from smallcap.warehouse.query import Output
from tests.attacks import attacks
from tests.published_home import publish_small_home

LIMITS = QueryLimits(timeout_seconds=60, memory_mb=1000, threads=1, max_rows=1000, max_characters=10_000)
ENDLESS = "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b"
IN_ONE_PIECE = "SELECT len(range(150000000))"
"""DuckDB computes it in one piece of work, which heeds neither its time limit nor its memory limit."""
LONG_TO_PLAN = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM range({n}) AS a JOIN range(5) AS b ON a.range = b.range)" for n in range(300)
)
"""DuckDB's own time limit does not end the planning of a query."""
TEXT_OUTPUTS: list[Output] = ["csv", "json", "parquet"]


@pytest.fixture(scope="module")
def warehouse_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small_home(tmp_path_factory.mktemp("limits") / "home")


@attacks(
    "SQL: state and resources",
    "sql",
    {
        "an endless join": ENDLESS,
        "one endless piece of work": IN_ONE_PIECE,
        "an endless scan": "FROM range(1000000000000) AS t(i) WHERE i < 0",
    },
)
def test_a_query_ends_after_its_time(warehouse_dir: Path, sql: str):
    with pytest.raises(InputError, match=r"stopped after 0\.5 seconds.*SMALLCAP_SQL_TIMEOUT_SECONDS"):
        run_query(warehouse_dir, sql, limits=replace(LIMITS, timeout_seconds=0.5, memory_mb=20_000))


@pytest.mark.parametrize("output", TEXT_OUTPUTS)
def test_a_limit_that_is_met_while_rows_are_written_is_told_as_such(
    warehouse_dir: Path, tmp_path: Path, output: Output
):
    slow = f"SELECT i FROM range({10**13}) AS t(i) WHERE i < 30000"
    large = (
        "SELECT CASE WHEN i = 29999 THEN (SELECT len(list(j)) FROM range(i * 1000) AS s(j)) END AS i "
        "FROM range(30000) AS t(i)"
    )
    limits = replace(LIMITS, max_rows=100_000)
    with pytest.raises(InputError, match=r"SMALLCAP_SQL_TIMEOUT_SECONDS"):
        run_query(
            warehouse_dir, slow, output, target=tmp_path / "rows", limits=replace(limits, timeout_seconds=1)
        )
    with pytest.raises(InputError, match=r"SMALLCAP_SQL_MEMORY_MB"):
        run_query(
            warehouse_dir, large, output, target=tmp_path / "rows", limits=replace(limits, memory_mb=100)
        )
    assert list(tmp_path.iterdir()) == []


def test_planning_counts_as_time(warehouse_dir: Path):
    with pytest.raises(InputError, match=r"stopped after 0\.2 seconds.*SMALLCAP_SQL_TIMEOUT_SECONDS"):
        run_query(
            warehouse_dir, LONG_TO_PLAN, limits=replace(LIMITS, timeout_seconds=0.2, max_characters=100_000)
        )


@attacks(
    "SQL: state and resources",
    "sql",
    {
        "a list without an end": "SELECT list(i) FROM range(1000000000) AS t(i)",
        "a sort in memory": "FROM range(100000000) AS t(i) ORDER BY hash(i)",
        "a count in memory": "SELECT count(*) FROM (SELECT DISTINCT hash(i) FROM range(100000000) AS t(i))",
        "one large piece of work": IN_ONE_PIECE,
        "one long text": "SELECT length(repeat('x', 4000000000))",
    },
)
def test_a_query_gets_no_more_than_its_memory(warehouse_dir: Path, sql: str):
    with pytest.raises(InputError, match=r"more than 100 MB of memory.*SMALLCAP_SQL_MEMORY_MB"):
        run_query(warehouse_dir, sql, limits=replace(LIMITS, memory_mb=100))


@pytest.mark.parametrize("output", TEXT_OUTPUTS)
def test_a_query_that_writes_too_many_rows_leaves_no_file(
    warehouse_dir: Path, tmp_path: Path, output: Output
):
    with pytest.raises(InputError, match=r"more than 1,000 rows.*SMALLCAP_SQL_MAX_ROWS"):
        run_query(warehouse_dir, "FROM range(1001)", output, target=tmp_path / "rows", limits=LIMITS)
    assert list(tmp_path.iterdir()) == []
    assert (
        run_query(
            warehouse_dir, "FROM range(1000)", output, target=tmp_path / "rows", limits=LIMITS
        ).row_count
        == 1000
    )


def test_a_table_is_cut_short_where_asked_and_refused_beyond_the_limit(warehouse_dir: Path):
    assert run_query(warehouse_dir, "FROM range(5000)", max_rows=1000, limits=LIMITS).is_truncated
    assert run_query(warehouse_dir, "FROM range(1000)", max_rows=5000, limits=LIMITS).row_count == 1000
    for max_rows in (None, 5000):
        with pytest.raises(InputError, match=r"more than 1,000 rows"):
            run_query(warehouse_dir, "FROM range(1001)", max_rows=max_rows, limits=LIMITS)


def test_a_statement_may_have_some_length(warehouse_dir: Path):
    statement = "SELECT 1".ljust(10_000)
    assert run_query(warehouse_dir, statement, limits=LIMITS).rows == ((1,),)
    with pytest.raises(InputError, match=r"longer than 10,000 characters.*SMALLCAP_SQL_MAX_CHARACTERS"):
        run_query(warehouse_dir, statement + " ", limits=LIMITS)


def test_limits_are_set_before_the_configuration_is_locked_and_nothing_spills_to_disk(warehouse_dir: Path):
    sql = (
        "SELECT name, value FROM duckdb_settings() WHERE name IN ('threads', 'memory_limit', "
        "'max_execution_time', 'temp_directory')"
    )
    assert dict(run_query(warehouse_dir, sql, limits=LIMITS).rows) == {
        "threads": "1",
        "memory_limit": "953.6 MiB",
        "max_execution_time": "60000",
        "temp_directory": "",
    }


@pytest.mark.parametrize("output", TEXT_OUTPUTS)
@pytest.mark.parametrize(
    "sql",
    [
        "SELEC 1",
        "SELECT no_such_column FROM marts.quality_scores",
        "SELECT CASE WHEN i = 20000 THEN error('late') ELSE i END AS i FROM range(30000) AS t(i)",
        "COPY (SELECT 1) TO 'x'",
    ],
)
@pytest.mark.parametrize(
    "limits", [None, replace(LIMITS, max_rows=100_000)], ids=["in this process", "apart"]
)
def test_a_query_that_fails_leaves_no_file(
    warehouse_dir: Path, tmp_path: Path, sql: str, output: Output, limits: QueryLimits | None
):
    with pytest.raises(InputError):
        run_query(warehouse_dir, sql, output, target=tmp_path / "rows", limits=limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", TEXT_OUTPUTS)
def test_a_file_that_is_there_is_never_replaced(warehouse_dir: Path, tmp_path: Path, output: Output):
    target = tmp_path / "rows"
    target.write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    for file in (target, tmp_path / "link"):
        with pytest.raises(InputError, match="exists already"):
            run_query(warehouse_dir, "SELECT 1 AS one", output, target=file, limits=LIMITS)
    assert target.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "rows"]


def test_rows_come_out_the_same_apart(warehouse_dir: Path, tmp_path: Path):
    limits = replace(LIMITS, max_rows=100_000)
    sql = "SELECT i, 'é' || i AS text, DATE '2020-01-01' + i::INTEGER AS day FROM range(30000) AS t(i)"
    assert run_query(warehouse_dir, sql, limits=limits) == run_query(warehouse_dir, sql)
    for output in ("csv", "json"):
        here, apart = io.StringIO(), io.StringIO()
        run_query(warehouse_dir, sql, output, stream=here)
        run_query(warehouse_dir, sql, output, stream=apart, limits=limits)
        assert here.getvalue() == apart.getvalue()
    assert len(json.loads(apart.getvalue())) == 30_000
    run_query(warehouse_dir, sql, "parquet", target=tmp_path / "here")
    run_query(warehouse_dir, sql, "parquet", target=tmp_path / "apart", limits=limits)
    assert pl.read_parquet(tmp_path / "here").equals(pl.read_parquet(tmp_path / "apart"))


def test_what_the_calling_process_holds_is_not_the_querys(warehouse_dir: Path):
    held = b"x" * (700 << 20)
    limits = replace(LIMITS, memory_mb=100)
    assert run_query(warehouse_dir, "SELECT sum(i) FROM range(3000000) AS t(i)", limits=limits).row_count == 1
    assert len(held) == 700 << 20


def test_a_process_that_ends_by_itself_is_explained():
    with pytest.raises(SmallcapError, match="ended by itself with code 7"):
        run_apart(lambda stream: os._exit(7), None, LIMITS)


def test_where_no_process_can_be_started_signals_still_arrive(monkeypatch: pytest.MonkeyPatch):
    def no_process(_: object) -> None:
        raise OSError("Resource temporarily unavailable")

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", no_process)
    with pytest.raises(OSError, match="temporarily unavailable"):
        run_apart(lambda stream: 1, None, LIMITS)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_bug_in_the_child_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        run_apart(lambda stream: 1 / 0, None, LIMITS)


def test_the_limits_are_settings():
    settings = Settings(
        sql_timeout_seconds=1, sql_memory_mb=64, sql_threads=2, sql_max_rows=3, sql_max_characters=4
    )
    assert QueryLimits.of(settings) == QueryLimits(1, 64, 2, 3, 4)
