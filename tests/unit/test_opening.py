"""`smallcap open`: what is opened, and what is said where something is missing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import webbrowser
from pathlib import Path

import pytest
from rich.console import Console

from smallcap.errors import InputError, NothingPublishedError
from smallcap.pipelines.command.opening import open_report, open_sql, open_ui
from smallcap.settings import Settings


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were shown in the browser."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    return addresses


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_the_newest_report_is_shown(settings: Settings, shown: list[str]):
    for date in ("2024-12-31", "2025-06-30", "other"):
        page = settings.reports_dir / date / "index.html"
        page.parent.mkdir(parents=True)
        page.touch()
    open_report(settings, Console())
    assert shown == [(settings.reports_dir / "2025-06-30" / "index.html").as_uri()]


def test_without_a_report_the_command_that_makes_one_is_named(settings: Settings):
    with pytest.raises(NothingPublishedError, match=r"make it with: .*run --home"):
        open_report(settings, Console())
    settings.warehouse_dir.mkdir(parents=True)
    (settings.warehouse_dir / "warehouse.duckdb").touch()
    with pytest.raises(InputError, match=r"make one with: .*report --open --home"):
        open_report(settings, Console())


def test_the_ui_is_shown_where_it_is_served_and_else_how_to_start_it(settings: Settings, shown: list[str]):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        open_ui(settings, port, Console())
    assert shown == [f"http://127.0.0.1:{port}"]
    with pytest.raises(InputError, match=f"start it with: .*ui --port {port} --home"):
        open_ui(settings, port, Console())


def test_the_warehouse_is_opened_read_only_in_duckdbs_client(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    settings.warehouse_dir.mkdir(parents=True)
    (settings.warehouse_dir / "warehouse.duckdb").touch()
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "call", lambda command: started.append(command) or 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/programs/{name}")
    open_sql(settings)
    path = str(settings.warehouse_dir / "warehouse.duckdb")
    assert started == [
        ["/programs/duckdb", "-readonly", path, "-cmd", "SET search_path = 'main,core,raw,meta'"]
    ]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="is not installed"):
        open_sql(settings)
