"""Eight readers of a home that is run again and again: each sees only whole states."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smallcap.warehouse import served_run_id
from tests.integration.homes import LATER, make
from tests.integration.readers import reading

pytestmark = pytest.mark.soak
READERS = 8
STALE_MONTHS = (18, 30)
"""Settings between which the home changes, so that every run has something to publish."""


def test_readers_see_whole_states_only(home: Path, tmp_path: Path, rounds: Iterator[int]) -> None:
    runs = {str(served_run_id(home / "warehouse"))}
    with reading(home, tmp_path / "stop", READERS) as seen:
        for number in rounds:
            runs.add(make(home, LATER, stale_months=STALE_MONTHS[number % 2]))
        told = seen()
    assert [reader["failures"] for reader in told if reader["failures"]] == []
    assert [reader["torn"] for reader in told if reader["torn"]] == []
    assert {run for reader in told for run in reader["runs"]} <= runs
