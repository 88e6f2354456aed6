"""Two homes made from the real files by the command itself: the two dates in one order, and in the other.
Tests only read them. `make test` makes the one of the default stale limit, `make drill` both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import must_succeed, published
from tests.once import made_once
from tests.paths import PROJECT_ROOT

REAL = PROJECT_ROOT.parent / "shared" / "real"
MAY, NOVEMBER = dt.date(2025, 5, 31), dt.date(2025, 11, 30)
CLOCK = dt.date(2025, 12, 31)
"""The last day that the files know: the last of the prices."""
SHORT_LIMIT, LONG_LIMIT = 18, 30
"""Months: the default stale limit, and the one under which the records of fiscal 2023 are still used in
November 2025.
"""
DATES = "SELECT as_of FROM marts.coverage WHERE has_membership ORDER BY as_of"


@dataclass(frozen=True)
class RealHome:
    """A home made under one stale limit, with what each run printed and which dates were served after it."""

    home: Path
    printed: list[str]
    served: list[list[dt.date]]
    stale_months: int

    def rows(self, query: str) -> pd.DataFrame:
        """Query its warehouse."""
        return published(self.home, query)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what reads the home of the long limit to the drill."""
    for item in items:
        if "long_limit" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.drill)


@pytest.fixture(scope="session")
def long_limit(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> RealHome:
    """May, then November, both with a stale limit of 30 months."""
    return _made(tmp_path_factory, worker_id, "may-first", [MAY, NOVEMBER], LONG_LIMIT)


@pytest.fixture(scope="session")
def short_limit(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> RealHome:
    """November, then May, both with the default stale limit of 18 months."""
    return _made(tmp_path_factory, worker_id, "november-first", [NOVEMBER, MAY], SHORT_LIMIT)


def _made(
    factory: pytest.TempPathFactory, worker_id: str, name: str, dates: list[dt.date], limit: int
) -> RealHome:
    if not REAL.is_dir():
        pytest.skip(f"real files are not here ({REAL})")
    return made_once(factory, worker_id, name, lambda folder: _make(folder / "home", dates, limit))


def _make(home: Path, dates: list[dt.date], limit: int) -> RealHome:
    printed, served = [], []
    for as_of in dates:
        # The default is left unsaid, as a user would.
        setting = {} if limit == SHORT_LIMIT else {"stale_months": limit}
        printed.append(
            must_succeed(
                "run", "--preset", "files", "--input", REAL, "--as-of", as_of, "--home", home, **setting
            )
        )
        served.append([day.date() for day in published(home, DATES)["as_of"]])
    return RealHome(home, printed, served, limit)
