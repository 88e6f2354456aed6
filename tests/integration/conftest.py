"""Homes that the integration tests share. A home of session scope is only read.

A test that changes one takes a copy.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import WITHOUT_REPORT
from tests.integration.homes import EARLIER, LATER, Answer, command, copy_home, make
from tests.once import made_once


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_caller() -> None:
    for name in [name for name in os.environ if name.startswith("SMALLCAP_")]:
        del os.environ[name]
    os.environ["SMALLCAP_IS_REPORT_WRITTEN"] = WITHOUT_REPORT["SMALLCAP_IS_REPORT_WRITTEN"]


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Two years of one date each, published by two runs."""

    def make_both(folder: Path) -> Path:
        home = folder / "home"
        make(home, EARLIER)
        make(home, LATER)
        return home

    return made_once(tmp_path_factory, worker_id, "small", make_both)


@pytest.fixture
def home(small_home: Path, tmp_path: Path) -> Path:
    """A copy of the small home that the test may change."""
    return copy_home(small_home, tmp_path / "home")


@pytest.fixture
def smallcap(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the command in this process."""
    return lambda *arguments: command(monkeypatch, capsys, *arguments)
