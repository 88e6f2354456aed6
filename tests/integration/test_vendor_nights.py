"""Night after night of a vendor that is sometimes incomplete: no row is lost, no night fails for another
reason, and the work of a night does not grow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.nights import SETTLED, live_through
from tests.integration.vendor_nights import TABLES
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

DELIVERED = ("raw.securities", *TABLES)
"""What ten nights of `make test` make: where a loss would be, and nothing that is computed from it."""


@pytest.mark.parametrize(
    ("nights", "tables"), [(10, DELIVERED), pytest.param(60, None, marks=pytest.mark.drill)]
)
def test_nights_lose_nothing_and_do_not_grow(
    tmp_path: Path, nights: int, tables: tuple[str, ...] | None
) -> None:
    with StandIn(sample_universe(30, 2000), plan="pro") as standin:
        lived = live_through(standin, tmp_path / "home", nights, tables)
    assert [night.lost for night in lived if night.lost] == []
    assert [night.failure for night in lived if night.failure] == []
    assert {night.kind for night in lived} >= {"complete", "some silent", "most silent"}
    late = lived[SETTLED:]
    if late:
        first, last = late[: len(late) // 2], late[len(late) // 2 :]
        assert max(night.requests for night in last) <= max(night.requests for night in first)
        assert max(night.files for night in last) <= 1.1 * max(night.files for night in first)
