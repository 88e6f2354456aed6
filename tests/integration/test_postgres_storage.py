"""Dagster's runs and events in PostgreSQL, with the documented dagster.yaml and Debian's own server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import must_succeed, smallcap
from tests.integration.postgres_server import PostgresServer, postgres_server
from tests.paths import PROJECT_ROOT
from tests.security.served_ui import served_ui

CONFIGURATION = PROJECT_ROOT / "deploy" / "container" / "dagster-postgres.yaml"
VARIABLE = "DAGSTER_POSTGRES_URL"
CHEAPEST = ("run", "--select", "core.books")
"""A table that is made of files of the repository."""
pytestmark = [pytest.mark.service, pytest.mark.drill]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    pytest.importorskip("dagster_postgres", reason="'smallcap[postgres]' is not installed")
    with postgres_server() as started:
        yield started


@pytest.fixture
def home(server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without tables whose dagster.yaml is the documented one, over an empty database."""
    server.ask("DROP SCHEMA public CASCADE")
    server.ask("CREATE SCHEMA public")
    monkeypatch.setenv(VARIABLE, server.url)
    (tmp_path / "home" / "dagster").mkdir(parents=True)
    shutil.copyfile(CONFIGURATION, tmp_path / "home" / "dagster" / "dagster.yaml")
    return tmp_path / "home"


def databases(home: Path) -> list[Path]:
    """List the files of SQLite's databases in a home."""
    return sorted((home / "dagster").rglob("*.db"))


def test_runs_and_their_events_are_in_postgresql_and_in_no_file(home: Path, server: PostgresServer) -> None:
    must_succeed(*CHEAPEST, "--home", home, sample_companies=60)
    assert server.ask("SELECT status FROM runs") == ["SUCCESS"]
    made = "SELECT count(*) FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'"
    assert server.ask(made) == ["1"]
    assert databases(home) == []
    assert smallcap("doctor", "--home", home, sample_companies=60).returncode == 0


def test_old_runs_are_removed_from_postgresql_too(home: Path, server: PostgresServer) -> None:
    for _ in range(4):
        must_succeed(*CHEAPEST, "--force", "--home", home, sample_companies=60, keep_runs=1)
    kept = set(server.ask("SELECT run_id FROM runs"))
    assert len(kept) <= 3
    assert set(server.ask("SELECT DISTINCT run_id FROM event_logs WHERE run_id <> ''")) <= kept
    assert set(server.ask("SELECT DISTINCT run_id FROM run_tags")) <= kept


def test_the_server_of_a_home_starts_runs_that_are_recorded_there(home: Path, server: PostgresServer) -> None:
    with served_ui(home, command="serve") as ui:
        run_id = ui.launch()
        assert ui.wait_for_run(run_id, "SUCCESS", "FAILURE") == "SUCCESS"
    assert server.ask(f"SELECT status FROM runs WHERE run_id = '{run_id}'") == ["SUCCESS"]
    assert databases(home) == []


@pytest.mark.parametrize("command", [CHEAPEST, ("serve", "--port", "0")])
def test_a_database_that_does_not_answer_is_explained_without_its_password(
    home: Path, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv(VARIABLE, server.url.replace(f":{server.port}/", ":1/"))
    done = smallcap(*command, "--home", home, sample_companies=60)
    assert done.returncode == 2
    assert "Connection refused" in done.stderr
    assert f"{home / 'dagster'}" in done.stderr
    assert server.password not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["", None])
def test_a_variable_that_is_not_set_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv(VARIABLE)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    done = smallcap(*CHEAPEST, "--home", home, sample_companies=60)
    assert done.returncode == 2
    assert "dagster.yaml" in done.stderr
    assert "Traceback" not in done.stderr
