"""A year of nights of a vendor that is sometimes incomplete: nothing is lost, and a night does not grow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.nights import (
    SETTLED,
    assert_nights_are_good,
    assert_nights_do_not_grow,
    live_through,
)
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytestmark = pytest.mark.soak
NIGHTS = int(os.environ.get("SOAK_NIGHTS", "365"))
"""The soak of a day's work may be tried with fewer."""


def test_a_year_loses_nothing_and_its_nights_do_not_grow(tmp_path: Path) -> None:
    lived = []
    with StandIn(sample_universe(30, 2000), plan="pro") as standin:
        for night in live_through(standin, tmp_path / "home", NIGHTS):
            lived.append(night)
            print(f"night {len(lived)}: {night}", flush=True)
    assert_nights_are_good(lived)
    if NIGHTS > 2 * SETTLED:
        assert_nights_do_not_grow(lived)
