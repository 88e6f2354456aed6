"""One GiB of memory: queries answer, a run ends in one way or another, and nothing is lost.

The limit is one on what a process may reserve (RLIMIT_DATA), which is stricter than one on what it uses: a
run of the sample uses about 600 MB. A library written in Rust ends its process where it gets no memory.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command_line import COMMAND, environment
from tests.integration.homes import COMPANIES, assert_same_contents, copy_home, served
from tests.integration.killed_run import RERUN, RERUN_SETTINGS, Rerun, run_until, start
from tests.tiers import others_in_drill

LIMIT = f"--data={2**30}"
READING = (["sql", "SELECT count(*) FROM core.members"], ["status"], ["funnel"], ["doctor"])

pytestmark = pytest.mark.skipif(shutil.which("prlimit") is None, reason="memory cannot be limited here")


def with_little_memory(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["prlimit", LIMIT, str(COMMAND), *map(str, arguments)],
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
def test_a_run_succeeds_or_ends_and_the_next_one_is_good(rerun: Rerun, tmp_path: Path) -> None:
    home = copy_home(rerun.before, tmp_path / "home")
    ended = with_little_memory(*RERUN, "--home", home)
    assert ended.returncode in (0, 2, -signal.SIGABRT), ended.stderr
    assert "Traceback" not in ended.stderr
    if ended.returncode == 2:
        assert "there is not enough memory" in " ".join(ended.stderr.split())
    assert served(home) in (served(rerun.before), served(rerun.after))
    assert run_until(float("inf"), start(home, *RERUN, **RERUN_SETTINGS)).code == 0
    assert_same_contents(home, rerun.after)
