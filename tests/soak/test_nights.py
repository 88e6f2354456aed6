"""A year of nights of a vendor that is sometimes incomplete: nothing is lost, and a night does not grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.nights import SETTLED, live_through
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytestmark = pytest.mark.soak
NIGHTS = 365


def test_a_year_loses_nothing_and_its_nights_do_not_grow(tmp_path: Path) -> None:
    with StandIn(sample_universe(30, 2000), plan="pro") as standin:
        lived = live_through(standin, tmp_path / "home", NIGHTS)
    assert [night.lost for night in lived if night.lost] == []
    assert [night.failure for night in lived if night.failure] == []
    spring, winter = lived[SETTLED : 3 * SETTLED], lived[-2 * SETTLED :]
    assert max(night.requests for night in winter) <= 1.1 * max(night.requests for night in spring)
    # A year brings payloads and month ends of its own; the rest must not grow.
    assert max(night.files for night in winter) <= 1.5 * max(night.files for night in spring)
