"""Homes of the sample universe that several tests read and none changes.

Each is made once in a session, by the command itself.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.command_line import must_succeed
from tests.once import made_once

CLOCK = dt.date(2026, 6, 30)
"""The last day that the sample universe knows."""
COMPANIES = 300
FIRST_YEAR, LAST_YEAR = 2006, 2025
STUDY_DATE = dt.date(2025, 12, 31)
REPORT_DATE = dt.date(2024, 12, 31)


@pytest.fixture(scope="session")
def backfilled_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A small universe over all twenty years."""

    def make(folder: Path) -> Path:
        home = folder / "home"
        must_succeed(
            "backfill", "--from", FIRST_YEAR, "--to", LAST_YEAR, "--home", home, sample_companies=COMPANIES
        )
        return home

    return made_once(tmp_path_factory, worker_id, "backfilled", make)


@pytest.fixture(scope="session")
def study_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, str]:
    """The study on the default universe's first 300 listed lines: the home, and what was printed."""

    def make(folder: Path) -> tuple[Path, str]:
        home = folder / "home"
        return home, must_succeed("run", "--as-of", STUDY_DATE, "--limit", 300, "--home", home)

    return made_once(tmp_path_factory, worker_id, "study", make)


@pytest.fixture(scope="session")
def reported_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A small universe at one date, published and reported by the command; some of its names hold markup."""

    def make(folder: Path) -> Path:
        home = folder / "home"
        must_succeed(
            "run", "--as-of", REPORT_DATE, "--home", home, sample_companies=COMPANIES, is_report_written=True
        )
        return home

    return made_once(tmp_path_factory, worker_id, "reported", make)
