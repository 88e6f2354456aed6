"""Homes that the integration tests share. A home of session scope is only read; a test that changes one takes a copy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.homes import EARLIER, LATER, Answer, command, copy_home, make


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_caller() -> None:
    for name in [name for name in os.environ if name.startswith("SMALLCAP_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of one date each, published by two runs."""
    home = tmp_path_factory.mktemp("small") / "home"
    make(home, EARLIER)
    make(home, LATER)
    return home


@pytest.fixture
def home(small_home: Path, tmp_path: Path) -> Path:
    """A copy of the small home that the test may change."""
    return copy_home(small_home, tmp_path / "home")


@pytest.fixture
def smallcap(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the command in this process."""
    return lambda *arguments: command(monkeypatch, capsys, *arguments)
