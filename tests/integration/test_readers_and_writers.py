"""Many readers while a home is refreshed, each of whom sees one whole state; and only ever one writer."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from smallcap.engine.plan import require_tables
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.warehouse import served_run_id
from tests.command_line import smallcap as run_command
from tests.integration.homes import COMPANIES, LATER, LONGER_STALE_LIMIT, contents, make, served
from tests.integration.readers import reading

FEWEST_RUNS = 3
"""The first publication, and two that replace it."""


@pytest.mark.parametrize(
    ("seconds", "readers", "pause"),
    [(60, 2, 0.3), pytest.param(600, 8, 5, marks=pytest.mark.drill)],
    ids=["a minute", "ten"],
)
def test_readers_see_whole_states_only_while_runs_publish(
    home: Path, tmp_path: Path, seconds: float, readers: int, pause: float
) -> None:
    runs = {str(served_run_id(home / "warehouse"))}
    what_follows = require_tables("core.members+")
    with reading(home, tmp_path / "stop", readers, pause) as seen:
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(runs) < FEWEST_RUNS:
            stale_months = LONGER_STALE_LIMIT + len(runs) % 2
            runs.add(make(home, LATER, tables=what_follows, stale_months=stale_months))
            # The machine is left to the other tests of the drill between publications.
            time.sleep(pause)
        told = seen()

    assert [reader["failures"] for reader in told if reader["failures"]] == []
    assert [reader["torn"] for reader in told if reader["torn"]] == []
    assert all(reader["queries"] > 100 for reader in told)
    read = {run for reader in told for run in reader["runs"]}
    assert read <= runs
    # A busy machine may leave a reader no time between two publications.
    assert len(read) >= FEWEST_RUNS - 1


def test_the_second_of_two_writers_is_told_who_holds_the_home(home):
    before, published = contents(home), served(home)
    first = Home(load_settings(home=home))
    first.open_run("first", "smallcap backfill --from 2024 --to 2025", None)
    try:
        second = run_command("run", "--as-of", LATER, "--force", "--home", home, sample_companies=COMPANIES)
    finally:
        first.close_run(is_successful=True)
    assert second.returncode == 3
    assert (
        f"is being written to by process {os.getpid()} (smallcap backfill --from 2024 --to 2025) since 20"
        in second.stderr
    )
    assert served(home) == published
    assert all(rows.equals(before[name]) for name, rows in contents(home).items())
