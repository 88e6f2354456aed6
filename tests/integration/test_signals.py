"""Ctrl-C and SIGTERM at any moment of a command: one sentence, the exit code that stands for the signal, and
a home that goes on.
"""

from __future__ import annotations

import itertools
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smallcap.pipelines.instance import open_instance
from smallcap.settings import load_settings
from tests.command_line import COMMAND, environment
from tests.integration.homes import (
    Answer,
    assert_same_contents,
    copy_home,
    served,
)
from tests.integration.killed_run import RERUN, RERUN_SETTINGS, Rerun, start
from tests.paths import PROJECT_ROOT
from tests.tiers import others_in_drill

REMARK = "; what was published before is still served, and the next run undoes what this one left unfinished"
NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
BEFORE_PUBLISHING = "marts.screen_changes"
LONGEST_WAIT_SECONDS = 300


def begun(line: str) -> bool:
    """The run has told that it begins; its libraries are loaded next."""
    return line.startswith("making ")


def told(name: str) -> Callable[[str], bool]:
    return lambda line: line.split()[:1] == [name]


def stop(process: subprocess.Popen[str], number: int, is_moment: Callable[[str], bool]) -> str:
    """Send a signal at the first line of progress that `is_moment` accepts.

    Return what follows on standard error.
    """
    assert process.stderr is not None
    for line in process.stderr:
        if is_moment(line):
            process.send_signal(number)
            return process.communicate(timeout=LONGEST_WAIT_SECONDS)[1]
    raise AssertionError("the moment never came")


def finish(home: Path) -> int:
    """Run to the end; return the exit code."""
    process = start(home, *RERUN, **RERUN_SETTINGS)
    process.communicate(timeout=LONGEST_WAIT_SECONDS)
    return process.returncode


def statuses(home: Path) -> list[str]:
    """List how the runs of a home ended, in the order in which they began."""
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        return [
            status
            for (status,) in connection.execute("SELECT status FROM meta.runs ORDER BY started_at").fetchall()
        ]


@pytest.fixture
def home(rerun: Rerun, tmp_path: Path) -> Path:
    return copy_home(rerun.before, tmp_path / "home")


@pytest.fixture
def undisturbed(rerun: Rerun) -> Path:
    """The home after the run that nobody stops."""
    return rerun.after


MOMENTS = [
    ("while Dagster is loaded", signal.SIGTERM, begun),
    ("after the first table", signal.SIGINT, told("raw.securities")),
    ("after a table that was fetched", signal.SIGTERM, told("raw.constituents")),
    ("in the middle", signal.SIGINT, told("core.metrics_as_of")),
    ("just before publishing", signal.SIGTERM, told(BEFORE_PUBLISHING)),
]


@pytest.mark.drill
def test_a_run_that_is_stopped_again_and_again_says_so_and_the_one_that_ends_makes_it_good(
    home: Path, undisturbed: Path
):
    before = served(home)
    for what, number, is_moment in MOMENTS:
        process = start(home, *RERUN, **RERUN_SETTINGS)
        err = stop(process, number, is_moment)
        assert process.returncode == 128 + number, what
        sentences = [line for line in err.splitlines() if not line.startswith("  ")]
        assert sentences in ([f"stopped by {NAMES[number]}{REMARK}"], [f"stopped by {NAMES[number]}"]), (
            what,
            err,
        )
        assert served(home) == before, what
    assert finish(home) == 0
    assert served(home) == served(undisturbed)
    assert_same_contents(home, undisturbed)
    assert statuses(home)[-2:] == ["undone", "published"], (
        "a run that was stopped is recorded, and undone by the next"
    )


@pytest.mark.drill
def test_a_run_that_is_stopped_after_it_has_published_stays_published(home: Path, undisturbed: Path):
    process = start(home, *RERUN, **RERUN_SETTINGS)
    stop(process, signal.SIGTERM, told("publish"))
    assert process.returncode == 143
    assert served(home) == served(undisturbed)
    assert_same_contents(home, undisturbed)
    with open_instance(load_settings(home=home)) as instance:
        assert [run for run in instance.get_runs() if not run.is_finished] == []


@pytest.mark.parametrize(
    ("milliseconds", "number"),
    others_in_drill(
        itertools.product([0, 20, 60, 150, 400, 1000], NAMES),
        kept=[(0, signal.SIGINT), (150, signal.SIGTERM)],
    ),
)
def test_a_signal_while_the_command_starts_leaves_no_traceback(
    tmp_path: Path, milliseconds: int, number: signal.Signals
):
    process = start(tmp_path / "home", "run", **RERUN_SETTINGS)
    _wait_until_signals_are_caught(process)
    # The moment is one of many and decides nothing: whichever it is, the outcome is the same.
    time.sleep(milliseconds / 1000)
    process.send_signal(number)
    _, err = process.communicate(timeout=LONGEST_WAIT_SECONDS)
    assert process.returncode == 128 + number
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith(f"stopped by {NAMES[number]}")


def _wait_until_signals_are_caught(process: subprocess.Popen[str]) -> None:
    """Wait until the interpreter has begun with the command's own code.

    Before, the system ends a process by itself.
    """
    while process.poll() is None:
        fields = dict(
            line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
        )
        if int(fields["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.001)


def test_a_signal_at_a_command_in_this_process_is_not_for_the_command_alone(
    small_home: Path, smallcap: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
):
    arrived: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: arrived.append(number))
    monkeypatch.setattr("smallcap.pipelines.command.app.app", lambda: signal.raise_signal(signal.SIGTERM))
    try:
        assert smallcap("health", "--home", small_home).code == 143
    finally:
        signal.signal(signal.SIGTERM, before)
    assert arrived == [signal.SIGTERM], "tests of many commands in one process would go on after SIGTERM"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_long_query_ends_at_a_signal(small_home: Path, number: signal.Signals):
    scores = ", ".join(f"marts.quality_scores {name}" for name in "abcde")
    query = f"SELECT count(*) FROM {scores} WHERE a.score * b.score * c.score * d.score < e.score"
    process = subprocess.Popen(
        [COMMAND, "sql", query, "--home", str(small_home)],
        env=environment(),
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.5)
    process.send_signal(number)
    out, err = process.communicate(timeout=LONGEST_WAIT_SECONDS)
    assert (process.returncode, out, err) == (128 + number, "", f"stopped by {NAMES[number]}\n")
