"""How a fleet ends, and what a plan estimates from earlier runs."""

from __future__ import annotations

import pytest

from smallcap.fleet.outcomes import Outcome, exit_code_of


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((0, 0), 0),
        ((), 0),
        ((0, 2), 2),
        ((2, 2), 2),
        ((2, 8), 4),
        ((0, 6), 6),
        ((6, 5), 5),
        ((6, 5, 2), 4),
        ((0, 137), 1),
    ],
)
def test_a_fleet_ends_well_only_where_every_home_is_published(codes: tuple[int, ...], expected: int) -> None:
    assert exit_code_of(Outcome(str(number), code) for number, code in enumerate(codes)) == expected
