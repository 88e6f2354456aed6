"""README pasted in one go into a terminal of 80 and of 200 columns: every block ends well.

A terminal is not a pipe: tables are fitted to it, progress is drawn, and a command that reads standard input
would take what is pasted after it.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_readme import BLOCK, LEFT_OUT, clone, fresh_shell
from tests.paths import PROJECT_ROOT

SECONDS = 900
WIDTHS = (80, 200)


def blocks() -> list[str]:
    """The commands of README, but for the tests."""
    text = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    return [
        block for language, block in BLOCK.findall(text) if language == "sh" and block.strip() != LEFT_OUT
    ]


def tmux(socket: Path, *arguments: object, text: str | None = None) -> str:
    command = ["tmux", "-S", str(socket), "-f", "/dev/null", *map(str, arguments)]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(params=WIDTHS)
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A shell in a fresh clone within a terminal: its socket, and the clone."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    project, socket = clone(tmp_path / "smallcap"), tmp_path / "tmux"
    shell = fresh_shell(project) | {"TERM": "screen-256color", "PAGER": "cat"}
    variables = [f"{name}={value}" for name, value in shell.items()]
    session = ["env", "-i", *variables, "bash", "--norc", "--noprofile"]
    tmux(socket, "new-session", "-d", "-x", request.param, "-y", 50, "-c", project, shlex.join(session))
    yield socket, project
    tmux(socket, "kill-server")


@pytest.mark.drill
def test_each_block_succeeds_in_a_terminal_when_all_are_pasted_in_one_go(terminal: tuple[Path, Path]):
    socket, project = terminal
    ended, failed = project / "ended", project / "failed"
    pasted = f"trap 'echo $? $BASH_COMMAND >> {failed}' ERR\n"
    pasted += "".join(f"{block}echo done >> {ended}\n" for block in blocks())
    tmux(socket, "load-buffer", "-", text=pasted)
    tmux(socket, "paste-buffer", "-p")
    tmux(socket, "send-keys", "Enter")
    limit = time.monotonic() + SECONDS
    while not ended.exists() or len(ended.read_text().split()) < len(blocks()):
        assert time.monotonic() < limit, tmux(socket, "capture-pane", "-p", "-S", "-200")
        time.sleep(1)
    assert not failed.exists(), failed.read_text() + tmux(socket, "capture-pane", "-p", "-S", "-400")
