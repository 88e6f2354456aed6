"""Homes that the integration tests share. A home of session scope is only read.

A test that changes one takes a copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command_line import WITHOUT_REPORT
from tests.integration.homes import (
    EARLIER,
    LATER,
    LONGER_STALE_LIMIT,
    Answer,
    command,
    copy_home,
    make,
    record,
)
from tests.integration.killed_run import Rerun, measured
from tests.once import made_once
from tests.published_home import publish_years


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


@pytest.fixture(scope="session")
def rerun(small_home: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Rerun:
    """The small home with another stale limit recorded, and the same after a run that was not disturbed."""

    def make_both(folder: Path) -> Rerun:
        before = copy_home(small_home, folder / "before")
        record(before, stale_months=LONGER_STALE_LIMIT)
        return measured(before, folder / "after")

    return made_once(tmp_path_factory, worker_id, "rerun", make_both)


@pytest.fixture(scope="session")
def place(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A copy of the small home whose catalogues name another place, and that place."""
    folder = tmp_path_factory.mktemp("place")
    copy_home(small_home, folder / "home").rename(folder / "template")
    return folder / "template", folder / "home"


@pytest.fixture
def home(place: tuple[Path, Path]) -> Iterator[Path]:
    """A copy of the small home that the test may change.

    All are put at one place, one after the other: for a new place the catalogues would be built again, which
    takes longer than most of these tests.
    """
    template, home = place
    shutil.copytree(template, home)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def published_thrice(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A home with the runs run-2023, run-2024 and run-2025, published one after the other; only read."""

    def make_three(folder: Path) -> Path:
        for year in (2023, 2024, 2025):
            publish_years(folder / "home", year)
        return folder / "home"

    return made_once(tmp_path_factory, worker_id, "thrice", make_three)


@pytest.fixture
def warehouse_dir(published_thrice: Path, tmp_path: Path) -> Path:
    """The warehouse of a copy, `home` in `tmp_path`; its catalogues still read the first home's files."""
    return shutil.copytree(published_thrice, tmp_path / "home") / "warehouse"


@pytest.fixture
def smallcap(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the command in this process."""
    return lambda *arguments: command(monkeypatch, capsys, *arguments)
