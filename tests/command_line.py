"""The `smallcap` command in a process of its own, and the published warehouse as a user opens it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd

from tests import forked
from tests.paths import PROJECT_ROOT

COMMAND = Path(sys.executable).with_name("smallcap")
# Reports have tests of their own, which ask for them; drawing one takes as long as a small run.
WITHOUT_REPORT = {"SMALLCAP_IS_REPORT_WRITTEN": "false"}


def smallcap(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run the command with these settings, forked from a process that has loaded everything: that saves a
    quarter of a small run, and nearly all of most other commands.
    """
    return forked.run([str(COMMAND), *map(str, arguments)], environment(**settings))


def new_process(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command by a new interpreter."""
    return subprocess.run(
        command,
        env=variables,
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=forked.LONGEST_SECONDS,
    )


def environment(**settings: object) -> dict[str, str]:
    """Make the environment of a command: settings as SMALLCAP_* variables, and none of the caller's."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("SMALLCAP_")}
    return (
        others | WITHOUT_REPORT | {f"SMALLCAP_{name.upper()}": str(value) for name, value in settings.items()}
    )


def must_succeed(*arguments: object, **settings: object) -> str:
    """Run the command, assert exit code 0, and return what it printed."""
    done = smallcap(*arguments, **settings)
    assert done.returncode == 0, (
        f"smallcap {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}"
    )
    return done.stdout


def published(home: Path, query: str) -> pd.DataFrame:
    """Query the warehouse of a home with DuckDB alone."""
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).df()


def completed(line: str, **settings: object) -> tuple[list[str], str]:
    """Ask the command, as bash does, what may follow a line: its words, and what is written to the screen."""
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
        "_SMALLCAP_COMPLETE": "complete_bash",
    }
    done = new_process([str(COMMAND)], environment(**settings) | asked)
    return done.stdout.split(), done.stderr
