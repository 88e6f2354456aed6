"""Nights that bring nothing new: a home stays as large as it was, in bytes and in files.

The source's clock moves on by a day, nothing else; without retention, so that no day has to pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import pytest

from smallcap.lake import Home
from smallcap.lake.upkeep import runs_in_use
from smallcap.settings import load_settings
from tests.integration.homes import make

FIRST_NIGHT = dt.date(2025, 2, 3)
YEARS = (2025, 2025)
SETTLED = 4
"""Nights after which all that is kept for some nights is there."""
MOST_BYTES = 100_000
"""That a night may add."""
FILES_OF_A_NIGHT = 30
"""That a night may add until logs and records are compacted."""
KEPT: dict[str, object] = {"vacuum_days": 0, "keep_runs": 1, "keep_catalogues": 1, "sample_companies": 60}


class Size(NamedTuple):
    """Bytes and files of a home, and of Dagster's events in it: bytes, and runs that have some."""

    size: int
    files: int
    events: int
    runs: int


def measure(home: Path) -> Size:
    sizes = {path: path.stat().st_size for path in home.rglob("*") if path.is_file()}
    events = {path: size for path, size in sizes.items() if path.parent == home / "dagster/history/runs"}
    return Size(sum(sizes.values()), len(sizes), sum(events.values()), len(events) - 1)


@pytest.mark.parametrize("nights", [pytest.param(60, marks=pytest.mark.drill)])
def test_a_night_that_brings_nothing_new_leaves_a_home_as_large(tmp_path: Path, nights: int) -> None:
    home = tmp_path / "home"
    sizes = []
    for night in range(SETTLED + nights):
        make(home, years=YEARS, clock=(FIRST_NIGHT + dt.timedelta(days=night)).isoformat(), **KEPT)
        sizes.append(measure(home))
    # Logs and records grow until they are compacted, so nights are compared with others on average.
    third = nights // 3
    first, last = sizes[SETTLED : SETTLED + third], sizes[-third:]
    growth = [mean(night.size - night.events for night in part) for part in (first, last)]
    assert (growth[1] - growth[0]) / (nights - third) < MOST_BYTES, sizes
    assert max(night.files for night in last) <= max(night.files for night in first) + 4 * FILES_OF_A_NIGHT
    # The sample's companies file in some of the nights, and a run that wrote what is stored stays.
    in_use = runs_in_use(Home(load_settings(home=home)))
    assert sizes[-1].runs <= len(in_use) + 2
    assert sizes[-1].events / sizes[-1].runs < 1.2 * sizes[SETTLED - 1].events / sizes[SETTLED - 1].runs


def test_a_run_with_nothing_to_make_writes_nothing_but_that(home: Path, smallcap: Callable[..., Any]) -> None:
    smallcap("run", "--as-of", "2025-01-31", "--home", home)
    before = measure(home)
    for _ in range(3):
        assert smallcap("run", "--as-of", "2025-01-31", "--home", home).code == 0
    after = measure(home)
    assert (after.files, after.size - before.size < 1000) == (before.files, True)
