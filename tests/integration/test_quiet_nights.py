"""Nights that bring nothing new: a home stays as large as it was, in bytes and in files.

The source's clock moves on by a day, nothing else; without retention, so that no day has to pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from smallcap.lake.appended import COMPACT_FILES
from smallcap.lake.log_files import CHECKPOINT_EVERY
from tests.integration.homes import make

FIRST_NIGHT = dt.date(2025, 2, 3)
YEARS = (2025, 2025)
SETTLED = 4
"""Nights after which all that is kept for some nights is there."""
MOST_BYTES = 100_000
"""That a night may add."""
ROUND = COMPACT_FILES + CHECKPOINT_EVERY
"""Nights within which every log and every table of records is compacted at least once."""
FILES_OF_A_NIGHT = 30
"""That a night may add until the next round."""
KEPT: dict[str, object] = {"vacuum_days": 0, "keep_runs": 1, "keep_catalogues": 1, "sample_companies": 60}


class Size(NamedTuple):
    """Bytes and files of a home."""

    size: int
    files: int


def measure(home: Path) -> Size:
    sizes = [path.stat().st_size for path in home.rglob("*") if path.is_file()]
    return Size(sum(sizes), len(sizes))


@pytest.mark.parametrize("nights", [3, pytest.param(60, marks=pytest.mark.drill)])
def test_a_night_that_brings_nothing_new_leaves_a_home_as_large_as_it_was(
    tmp_path: Path, nights: int
) -> None:
    home = tmp_path / "home"
    sizes = []
    for night in range(SETTLED + nights):
        make(home, years=YEARS, clock=(FIRST_NIGHT + dt.timedelta(days=night)).isoformat(), **KEPT)
        sizes.append(measure(home))
    settled, last = sizes[SETTLED - 1], sizes[-1]
    assert (last.size - settled.size) / nights < MOST_BYTES, sizes
    # Logs and records grow until they are compacted: what one such round adds is not added again.
    largest = max(sizes[SETTLED : SETTLED + ROUND])
    assert all(size.files <= largest.files + FILES_OF_A_NIGHT for size in sizes[SETTLED + ROUND :]), sizes
    assert all(size.size <= largest.size + MOST_BYTES for size in sizes[SETTLED + ROUND :]), sizes


def test_a_run_with_nothing_to_make_writes_nothing_but_that(home: Path, smallcap: Callable[..., Any]) -> None:
    smallcap("run", "--as-of", "2025-01-31", "--home", home)
    before = measure(home)
    for _ in range(3):
        assert smallcap("run", "--as-of", "2025-01-31", "--home", home).code == 0
    after = measure(home)
    assert (after.files, after.size - before.size < 1000) == (before.files, True)
