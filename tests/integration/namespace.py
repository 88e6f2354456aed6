"""Commands in a mount namespace of their own: disks that are full or elsewhere for these commands alone."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command_line import COMMAND, environment

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
SECONDS = 900


def in_namespace(script: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a shell script in which folders can be mounted; the mounts end with it."""
    return subprocess.run(
        [*NAMESPACE, script],
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def require_mounts(folder: Path, script: str) -> None:
    """Skip the test where the script, which mounts something on the folder, fails here."""
    try:
        is_possible = in_namespace(script.format(folder=shlex.quote(str(folder)))).returncode == 0
    except FileNotFoundError:
        is_possible = False
    if not is_possible:
        pytest.skip("nothing can be mounted here")


def line(*arguments: object) -> str:
    """Write a command of smallcap for a shell script."""
    return shlex.join([str(COMMAND), *map(str, arguments)])


def told(answers: Path, name: str) -> tuple[int, str]:
    """Return the exit code and the messages that a script kept of a command."""
    return int((answers / f"{name}.code").read_text()), (answers / f"{name}.err").read_text()


def keeping(answers: Path, name: str, command: Sequence[object]) -> str:
    """Write a command for a script that keeps its exit code, output and messages in files."""
    kept = shlex.quote(str(answers / name))
    return f"{line(*command)} >{kept}.out 2>{kept}.err; echo $? >{kept}.code"
