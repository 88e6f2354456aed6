"""A home of another user: explained where it may not be read, and queried where it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import COMMAND, environment
from tests.integration.homes import copy_home
from tests.tiers import others_in_drill

pytestmark = pytest.mark.service
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")
READING = (["sql", "SELECT count(*) FROM core.members"], ["status"], ["funnel"])
WRITING = (["run"], ["rollback"], ["doctor", "--repair", "--yes"])


@pytest.fixture(scope="module")
def others_home(small_home: Path) -> Iterator[Path]:
    """A copy of the small home where another user can get to it; the folders of the tests are closed."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None or _as_nobody("version").returncode != 0:
        pytest.skip("only root can become another user, who must be able to run this installation")
    folder = Path(tempfile.mkdtemp(prefix="smallcap-tests-"))
    folder.chmod(0o755)
    yield copy_home(small_home, folder / "home")
    shutil.rmtree(folder)


def _as_nobody(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NOBODY, str(COMMAND), *map(str, arguments)],
        env=environment() | {"HOME": "/"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.parametrize("command", others_in_drill([*READING, *WRITING], kept=[READING[0], WRITING[0]]))
def test_a_closed_home_is_refused_with_a_reason(others_home: Path, command: list[str]) -> None:
    others_home.chmod(0o700)
    answer = _as_nobody(*command, "--home", others_home)
    assert answer.returncode == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "is not readable" in " ".join(answer.stderr.replace("│", " ").split())


def open_to_all(home: Path) -> None:
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("command", others_in_drill(READING, kept=[READING[0]]))
def test_a_home_that_may_be_read_answers(others_home: Path, command: list[str]) -> None:
    open_to_all(others_home)
    answer = _as_nobody(*command, "--home", others_home)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("command", others_in_drill(WRITING, kept=[WRITING[0]]))
def test_a_home_that_may_only_be_read_is_not_written_to(others_home: Path, command: list[str]) -> None:
    open_to_all(others_home)
    answer = _as_nobody(*command, "--home", others_home)
    assert answer.returncode == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "cannot be written to" in " ".join(answer.stderr.split())
