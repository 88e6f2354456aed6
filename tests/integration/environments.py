"""Environments apart from the tests' own, for what the default installation must not need; made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.paths import PROJECT_ROOT

LONGEST_SECONDS = 900


def python_environment(name: str, *packages: str) -> Path:
    """Return the interpreter of an environment that has these packages.

    Parameters
    ----------
    name
        Of its folder, `.venv-<name>` of the repository.
    packages
        What pip installs. Where they differ from those of an earlier run, it is made anew.
    """
    folder = PROJECT_ROOT / f".venv-{name}"
    python = folder / "bin" / "python"
    _once(
        folder,
        packages,
        [sys.executable, "-m", "venv", "--clear", folder],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
    )
    return python


def node_environment(name: str, npm: str, *packages: str) -> Path:
    """Return the folder of the commands of these packages of npm; arguments as of `python_environment`."""
    folder = PROJECT_ROOT / f".venv-{name}"
    folder.mkdir(exist_ok=True)
    _once(folder, packages, [npm, "install", "--no-save", "--prefix", folder, *packages])
    return folder / "node_modules" / ".bin"


def _once(folder: Path, packages: tuple[str, ...], *commands: list[str | Path]) -> None:
    """Run the commands unless they succeeded before for these packages; skip the test where they fail."""
    told, wanted = folder / "packages.txt", "\n".join(packages)
    locks = PROJECT_ROOT / ".artefacts"
    locks.mkdir(exist_ok=True)
    with FileLock(locks / f"{folder.name}.lock"):
        if told.is_file() and told.read_text() == wanted:
            return
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS)
            if done.returncode:
                pytest.skip(f"{wanted} cannot be installed: {done.stderr[-300:]}")
        told.write_text(wanted)
