"""The commands of README and of the tour, pasted in order into a fresh shell in a fresh clone: each succeeds.

The results that it shows are what they print.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import environment, must_succeed
from tests.paths import PROJECT_ROOT

COMPANIES = 60
LEFT_OUT = "make test"
"""The tests would run themselves."""
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
# Says which command ended with which code; a pasted block would go on.
STRICT = """set -Eeuo pipefail
trap 'echo "this ended with $?: $BASH_COMMAND" >&2' ERR
"""


PAGES = ("README.md", "docs/tour.md")
"""In the order in which a newcomer pastes them."""


def pages() -> list[tuple[str, str]]:
    """The blocks of the pages: language and text."""
    texts = [(PROJECT_ROOT / page).read_text(encoding="utf-8") for page in PAGES]
    return [block for text in texts for block in BLOCK.findall(text)]


def clone(folder: Path) -> Path:
    """Copy what is or would be committed, with an environment that is set up and nobody else's home."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        files = subprocess.run(listing, cwd=PROJECT_ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not know this folder, so it cannot be cloned")
    for name in filter(None, files.split("\0")):
        if os.path.lexists(PROJECT_ROOT / name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT_ROOT / name, folder / name, follow_symlinks=False)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    # Newer than the requirements, so that make installs nothing.
    (folder / ".venv" / ".installed").touch()
    return folder


def fresh_shell(project: Path) -> dict[str, str]:
    """An environment in which `smallcap` is not found, the browser is not opened, and the code is that of the
    clone.
    """
    own = Path(sys.executable).parent
    paths = [path for path in os.environ["PATH"].split(os.pathsep) if Path(path).resolve() != own.resolve()]
    shell = environment(sample_companies=COMPANIES) | {
        "PATH": os.pathsep.join(paths),
        "PYTHONPATH": str(project),
        "BROWSER": "true",
    }
    # As the Makefile does: without compiled files each command would compile the code again.
    shell.pop("PYTHONDONTWRITEBYTECODE", None)
    return shell


@pytest.mark.drill
def test_the_commands_succeed_in_order(tmp_path: Path):
    project = clone(tmp_path / "smallcap")
    commands = "".join(text for language, text in pages() if language == "sh" and text.strip() != LEFT_OUT)
    done = subprocess.run(
        ["bash", "-c", STRICT + commands],
        cwd=project,
        env=fresh_shell(project),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (project / "smallcap.duckdb").is_file()
    assert (project / "data" / "home" / "reports" / "2025-06-30" / "index.html").is_file()
    assert len((project / "coverage.csv").read_text().splitlines()) > 12


@pytest.mark.drill
def test_the_results_that_are_shown_are_those_of_the_default_universe(tmp_path: Path):
    home = tmp_path / "home"
    screen = must_succeed("run", "--home", home)
    funnel = must_succeed("funnel", "--as-of", "2025-12-31", "--home", home)
    must_succeed("backfill", "--from", 2018, "--to", 2025, "--home", home)
    regression = must_succeed("regress", "funnel_survivors", "--cov", "HAC", "--home", home)
    printed = {tuple(line.split()) for line in "\n".join((screen, funnel, regression)).splitlines()}
    shown = [line for language, text in pages() if not language for line in text.splitlines()]
    assert len(shown) > 40
    assert [line for line in shown if tuple(line.split()) not in printed] == []


def test_blocks_of_commands_are_marked_and_hold_nothing_else():
    """A prompt, an output or a comment would be taken for a command by one shell or another when it is
    pasted.
    """
    commands = [text for language, text in pages() if language == "sh"]
    assert LEFT_OUT in [text.strip() for text in commands]
    for text in commands:
        assert not re.search(r"^\$ |(?:^|\s)#", text, flags=re.MULTILINE), text
    for language, text in pages():
        assert language == "sh" or not re.search(r"^(?:\$ )?(?:smallcap|make) ", text, flags=re.MULTILINE), (
            text
        )
