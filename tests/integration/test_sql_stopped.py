"""`smallcap sql` in a process of its own, stopped: by Ctrl-C, by SIGTERM, by a limit. No process and no file
is left.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from tests.command_line import COMMAND, environment
from tests.command_line import smallcap as run_command
from tests.paths import PROJECT_ROOT
from tests.tiers import others_in_drill

T = TypeVar("T")

ENDLESS = "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b"
ENDLESS_ROWS = "FROM range(10000000000000)"
IN_ONE_PIECE = "SELECT len(range(200000000))"
"""DuckDB looks for an interruption only when it has computed the whole list."""
WAIT_SECONDS = 60


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """The commands of a test, which end with it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start(
    started: list[subprocess.Popen[str]], home: Path, *arguments: object, **settings: object
) -> psutil.Process:
    """Start the command as the leader of a group, as a shell does.

    Return the process that computes the query, once it does.
    """
    process = subprocess.Popen(
        [COMMAND, "sql", *map(str, arguments), "--home", home],
        env=environment(sql_timeout_seconds=600, **settings),
        cwd=PROJECT_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests may ignore SIGINT, which would be inherited; a terminal does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    started.append(process)
    return until(
        lambda: next(
            (child for child in psutil.Process(process.pid).children() if sum(child.cpu_times()[:2]) > 0.2),
            None,
        )
    )


def until(look: Callable[[], T]) -> T:
    """Look until there is something to see."""
    ends = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@pytest.mark.some_cases(1)
@pytest.mark.parametrize(
    ("sql", "send"),
    others_in_drill(
        itertools.product([ENDLESS, ENDLESS_ROWS, IN_ONE_PIECE], [os.killpg, os.kill]),
        kept=[(ENDLESS, os.killpg), (IN_ONE_PIECE, os.kill)],
    ),
)
def test_ctrl_c_ends_a_query_with_130(small_home: Path, started, sql: str, send):
    child = start(started, small_home, sql, "--format", "csv", sql_memory_mb=16_000)
    send(started[0].pid, signal.SIGINT)
    _, told = started[0].communicate(timeout=WAIT_SECONDS)
    assert started[0].returncode == 130, told
    assert "Traceback" not in told
    assert not child.is_running()


@pytest.mark.parametrize("output", others_in_drill(["csv", "json", "parquet"], kept=["parquet"]))
def test_a_stopped_query_leaves_no_file(small_home: Path, tmp_path: Path, started, output: str):
    start(
        started,
        small_home,
        ENDLESS_ROWS,
        "--format",
        output,
        "--output",
        tmp_path / "rows",
        sql_max_rows=10**12,
    )
    until(lambda: any(path.stat().st_size for path in tmp_path.iterdir()))
    os.killpg(started[0].pid, signal.SIGINT)
    _, told = started[0].communicate(timeout=WAIT_SECONDS)
    assert started[0].returncode == 130, told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_command(small_home: Path, started, number: signal.Signals):
    child = start(started, small_home, ENDLESS)
    os.kill(started[0].pid, number)
    started[0].wait(timeout=WAIT_SECONDS)
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("output", others_in_drill(["csv", "json", "parquet"], kept=["csv"]))
def test_a_query_that_meets_a_limit_ends_with_2_and_leaves_no_file(
    small_home: Path, tmp_path: Path, output: str
):
    for sql, name, value in (
        (ENDLESS, "sql_timeout_seconds", 0.5),
        ("SELECT list(i) FROM range(1000000000) AS t(i)", "sql_memory_mb", 100),
        (ENDLESS_ROWS, "sql_max_rows", 50_000),
        ("SELECT 1".ljust(101), "sql_max_characters", 100),
    ):
        done = run_command(
            "sql",
            sql,
            "--format",
            output,
            "--output",
            tmp_path / "rows",
            "--home",
            small_home,
            **{name: value},
        )
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("error: ")
        assert f"setting {name} (SMALLCAP_{name.upper()})" in " ".join(done.stderr.split())
        assert list(tmp_path.iterdir()) == []


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("output", ["csv", "json", "parquet"])
def test_a_file_that_is_there_is_kept(small_home: Path, tmp_path: Path, output: str):
    (tmp_path / "rows").write_text("mine")
    refused = run_command(
        "sql", "SELECT 1 AS one", "--format", output, "--output", tmp_path / "rows", "--home", small_home
    )
    assert (refused.returncode, (tmp_path / "rows").read_text()) == (2, "mine"), refused.stderr
    assert "exists already" in refused.stderr


def test_a_statement_from_standard_input_has_the_same_limit(small_home: Path):
    done = subprocess.run(
        [COMMAND, "sql", "-", "--home", small_home],
        input="SELECT 1 -- " + "x" * 1_000_000,
        env=environment(),
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
    )
    assert done.returncode == 2
    assert "longer than 100,000 characters" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--output", "rows"], "--output needs --format csv, json, jsonl, markdown or parquet"),
        (["--rows", "0"], "'--rows'"),
    ],
)
def test_options_that_do_not_go_together_are_explained(
    small_home: Path, arguments: list[str], complaint: str
):
    refused = run_command("sql", "SELECT 1", *arguments, "--home", small_home)
    assert refused.returncode == 2
    assert complaint in " ".join(refused.stderr.split())
