"""Night after night of a vendor that is sometimes incomplete: no row is lost, no night fails for another
reason, and the work of a night does not grow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.nights import assert_nights_are_good, assert_work_does_not_grow, live_through
from tests.integration.vendor_nights import TABLES
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

COMPANIES, SEED = 30, 2000
DELIVERED = ("raw.securities", *TABLES)
"""What the nights make: where a loss would be, and nothing that is computed from it. Whole homes are measured
by the quiet nights of the drill, and by the year of the soak."""


def test_ten_nights_lose_nothing(tmp_path: Path) -> None:
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        assert_nights_are_good(list(live_through(standin, tmp_path / "home", 10, DELIVERED)))


@pytest.mark.drill
def test_sixty_nights_lose_nothing_and_their_work_does_not_grow(tmp_path: Path) -> None:
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        lived = list(live_through(standin, tmp_path / "home", 60, DELIVERED))
    assert_nights_are_good(lived)
    assert_work_does_not_grow(lived)
