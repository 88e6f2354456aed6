"""One GiB of memory: it is enough for a date, queries answer, and with less every end is explained.

The limit here is one on what a process may reserve (RLIMIT_DATA), which is stricter than one on what it uses.
A library meets it anywhere, and one written in Rust ends the process: then its witness explains the end.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from smallcap.pipelines.command import making
from smallcap.pipelines.command.app import COMMANDS
from smallcap.pipelines.witness import SENTENCE, WATCHED
from tests.command_line import COMMAND, environment
from tests.integration.homes import COMPANIES, assert_same_contents, copy_home, served
from tests.integration.killed_run import RERUN, RERUN_SETTINGS, Rerun, run_until, start
from tests.tiers import others_in_drill

GIB = 2**30
MIB = 2**20
READING = (["sql", "SELECT count(*) FROM core.members"], ["status"], ["funnel"], ["doctor"])

pytestmark = pytest.mark.skipif(shutil.which("prlimit") is None, reason="memory cannot be limited here")


def with_little_memory(*arguments: object, limit: int = GIB) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["prlimit", f"--data={limit}", str(COMMAND), *map(str, arguments)],
        env=environment(sample_companies=COMPANIES),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.mark.parametrize("command", others_in_drill(READING, kept=[READING[0]]))
def test_what_only_reads_answers(small_home: Path, command: list[str]) -> None:
    answer = with_little_memory(*command, "--home", small_home)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.drill
@pytest.mark.parametrize("limit", [GIB, 700 * MIB, 600 * MIB, 520 * MIB, 380 * MIB, 100 * MIB])
def test_a_run_succeeds_or_ends_with_an_explanation_and_the_next_one_is_good(
    rerun: Rerun, tmp_path: Path, limit: int
) -> None:
    home = copy_home(rerun.before, tmp_path / "home")
    ended = with_little_memory(*RERUN, "--home", home, limit=limit)
    said = " ".join(ended.stderr.split())
    assert "Traceback" not in said
    if ended.returncode == 2:
        assert "there is not enough memory" in said
    # A library that is refused memory ends the process with a signal, or with a code of its own.
    elif ended.returncode != 0:
        assert said.endswith(" ".join(SENTENCE.split())), ended.returncode
    assert served(home) in (served(rerun.before), served(rerun.after))
    assert run_until(float("inf"), start(home, *RERUN, **RERUN_SETTINGS)).code == 0
    assert_same_contents(home, rerun.after)


@pytest.mark.drill
def test_one_gib_is_enough_for_a_run_of_one_date(rerun: Rerun, tmp_path: Path) -> None:
    ended = with_little_memory(*RERUN, "--home", copy_home(rerun.before, tmp_path / "home"))
    assert ended.returncode == 0, ended.stderr


def test_a_run_that_is_killed_is_explained(tmp_path: Path) -> None:
    process = start(tmp_path / "home", "run", **RERUN_SETTINGS)
    watched = psutil.Process(process.pid)
    while not watched.children():
        assert process.poll() is None
        time.sleep(0.001)
    process.kill()
    assert process.communicate(timeout=60)[1].endswith(SENTENCE)
    assert process.returncode == -signal.SIGKILL


def test_every_command_that_makes_tables_is_watched() -> None:
    made = {command.__name__ for command in COMMANDS if command.__module__ == making.__name__}
    assert made == set(WATCHED)


@pytest.mark.drill
def test_a_run_of_one_date_uses_less_than_one_gib(rerun: Rerun, tmp_path: Path) -> None:
    home = copy_home(rerun.before, tmp_path / "home")
    process = subprocess.Popen(
        [str(COMMAND), *map(str, RERUN), "--home", str(home)],
        env=environment(**RERUN_SETTINGS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    most = 0
    while process.poll() is None:
        # Not from `getrusage`, by which a new process begins with the most that its parent had.
        with suppress(OSError, StopIteration):
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        time.sleep(0.02)
    assert process.returncode == 0
    assert 0 < most * 1024 < GIB
