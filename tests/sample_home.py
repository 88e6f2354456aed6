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
FIRST_YEARS = (
    pytest.param(2025, id="one year"),
    pytest.param(2006, id="twenty years", marks=pytest.mark.drill),
)
LAST_YEAR = 2025
STUDY_DATE = dt.date(2025, 12, 31)
REPORT_DATE = STUDY_DATE


@pytest.fixture(scope="session", params=FIRST_YEARS)
def first_year(request: pytest.FixtureRequest) -> int:
    """The first year of `backfilled_home`: `make test` looks at one year, `make drill` at twenty."""
    return int(request.param)


@pytest.fixture(scope="session")
def backfilled_home(
    first_year: int, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Path:
    """A small universe over the years from `first_year` on; of the last year alone it is `reported_home`."""
    if first_year == LAST_YEAR:
        return Path(request.getfixturevalue("reported_home"))

    def make(folder: Path) -> Path:
        home = folder / "home"
        must_succeed(
            "backfill", "--from", first_year, "--to", LAST_YEAR, "--home", home, sample_companies=COMPANIES
        )
        return home

    return made_once(tmp_path_factory, worker_id, f"backfilled-{first_year}", make)


@pytest.fixture(scope="session")
def study_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, str]:
    """The study on the default universe's first 300 listed lines: the home, and what was printed."""

    def make(folder: Path) -> tuple[Path, str]:
        home = folder / "home"
        return home, must_succeed("run", "--as-of", STUDY_DATE, "--limit", 300, "--home", home)

    return made_once(tmp_path_factory, worker_id, "study", make)


@pytest.fixture(scope="session")
def reported_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A small universe at one date, published and reported by the command; some of its names hold markup.

    One year of returns of the sample's own hindsight book goes with it.
    """

    def make(folder: Path) -> Path:
        home = folder / "home"
        must_succeed(
            "run", "--as-of", REPORT_DATE, "--home", home, sample_companies=COMPANIES, is_report_written=True
        )
        return home

    return made_once(tmp_path_factory, worker_id, "reported", make)
