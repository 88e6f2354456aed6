"""Faults of a vendor, alone and in pairs, each with the outcome that vendor_faults.toml says.

The drill tries all of them, and one pair in sixty; `make soak PART=fault_pairs` tries all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from smallcap.sources.fetching import Fetcher
from tests.integration.vendor_faults import (
    FaultyNights,
    VendorFault,
    assert_outcome,
    assert_pair,
    vendor_faults,
)
from tests.standin.hook import open_hook
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytest.importorskip("apprise", reason="the extra alerts is not installed")

COMPANIES, SEED = 30, 2000
FAULTS = vendor_faults()
EVERY = 60
"""Of so many pairs the drill tries one, the same ones each time."""
PAIRS = list(combinations(FAULTS, 2))[::EVERY]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyNights]:
    folder = tmp_path_factory.mktemp("faults")
    with (
        StandIn(sample_universe(COMPANIES, SEED), plan="max") as standin,
        open_hook() as hook,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(Fetcher.__init__.__kwdefaults__, "sleep", lambda _: None)
        yield FaultyNights(standin, hook, folder / "home")


def test_the_table_has_forty_faults_and_an_outcome_for_each() -> None:
    assert len(FAULTS) >= 40
    codes = {"retried": {0}, "healed": {0}, "warned": {0}, "taken": {0}, "later": {8}, "blocked": {2, 4}}
    assert {fault.outcome for fault in FAULTS.values()} == set(codes)
    assert [name for name, fault in FAULTS.items() if fault.exit_code not in codes[fault.outcome]] == []
    described = [
        (fault.on, fault.kind, fault.times, str(fault.parameters), str(fault.setting), fault.address)
        for fault in FAULTS.values()
    ]
    assert len(set(described)) == len(described)


@pytest.mark.drill
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_has_its_outcome_and_is_over_with_the_next_night(
    nights: FaultyNights, fault: VendorFault
) -> None:
    assert_outcome(nights, fault)


@pytest.mark.drill
@pytest.mark.parametrize("pair", PAIRS, ids="-and-".join)
def test_two_faults_are_no_worse_than_each_alone(nights: FaultyNights, pair: tuple[str, str]) -> None:
    assert_pair(nights, [FAULTS[name] for name in pair])
