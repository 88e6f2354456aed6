"""A backfill that is started in Dagster's UI and run by its daemon ends as the same published tables as one
from the command.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import must_succeed
from tests.integration.dagster_services import dagster_services
from tests.integration.homes import COMPANIES, as_of_dates, assert_same_contents, served

FIRST, LAST = 2023, 2025
YEARS = range(FIRST, LAST + 1)


@pytest.fixture(scope="module")
def by_command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("by-command") / "home"
    must_succeed("backfill", "--from", FIRST, "--to", LAST, "--home", home, sample_companies=COMPANIES)
    return home


@pytest.mark.drill
def test_a_backfill_of_three_years_from_the_ui_ends_published_and_equal_to_the_commands(
    by_command: Path, tmp_path: Path
):
    home = tmp_path / "home"
    home.mkdir()
    with dagster_services(home, sample_companies=COMPANIES) as services:
        assert services.backfill(services.everything_of(YEARS)) == "COMPLETED_SUCCESS"
    assert_same_contents(home, by_command)
    assert served(home) == served(by_command)
    assert len(as_of_dates(home)) == 12 * len(YEARS)
    with closing(sqlite3.connect(next(home.glob("dagster/**/index.db")))) as events:
        checks = events.execute("SELECT execution_status, partition FROM asset_check_executions").fetchall()
    assert checks
    assert [check for check in checks if check[0] == "PLANNED" or check[1]] == []
