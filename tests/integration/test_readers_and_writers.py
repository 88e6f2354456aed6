"""Many readers while a home is refreshed, each of whom sees one whole state; and only ever one writer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smallcap.engine.plan import require_tables
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.warehouse import served_run_id
from tests.command_line import smallcap as run_command
from tests.integration.homes import COMPANIES, LATER, LONGER_STALE_LIMIT, contents, make, served
from tests.integration.readers import reading


@pytest.fixture(params=[2, pytest.param(8, marks=pytest.mark.drill)], ids=lambda count: f"{count} readers")
def readers(home: Path, tmp_path: Path, request: pytest.FixtureRequest):
    """Start the readers; calling the result stops them and returns what they saw."""
    with reading(home, tmp_path / "stop", request.param) as seen:
        yield seen


def test_readers_see_whole_states_only_while_two_runs_publish(home, readers):
    runs = {str(served_run_id(home / "warehouse"))}
    what_follows = require_tables("core.metrics_as_of+")
    for stale_months in (LONGER_STALE_LIMIT, LONGER_STALE_LIMIT + 1):
        runs.add(make(home, LATER, tables=what_follows, stale_months=stale_months))
    seen = readers()

    assert seen
    assert [reader["failures"] for reader in seen if reader["failures"]] == []
    assert [reader["torn"] for reader in seen if reader["torn"]] == []
    assert {run for reader in seen for run in reader["runs"]} == runs
    assert all(reader["queries"] > 100 for reader in seen)


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
