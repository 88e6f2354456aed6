"""All pairs of faults of a vendor: two together end as one of them does, lose nothing and leave no trace."""

from __future__ import annotations

import time
from itertools import combinations
from pathlib import Path

import pytest

from smallcap.sources.fetching import Fetcher
from tests.integration.vendor_faults import FaultyNights, assert_pair, vendor_faults
from tests.soak.conftest import MINUTES
from tests.standin.hook import open_hook
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

pytestmark = pytest.mark.soak
COMPANIES, SEED = 30, 2000
PARTS = 10
"""A soak that is ended early has tried pairs of all faults: one in so many, then the next."""


def test_two_faults_end_as_one_of_them_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise", reason="the extra alerts is not installed")
    monkeypatch.setitem(Fetcher.__init__.__kwdefaults__, "sleep", lambda _: None)
    pairs = list(combinations(vendor_faults().values(), 2))
    ordered = [pair for part in range(PARTS) for pair in pairs[part::PARTS]]
    end = time.monotonic() + 60 * MINUTES
    with StandIn(sample_universe(COMPANIES, SEED), plan="max") as standin, open_hook() as hook:
        nights = FaultyNights(standin, hook, tmp_path / "home")
        for number, pair in enumerate(ordered, 1):
            print(f"pair {number} of {len(ordered)}: {pair[0].name} and {pair[1].name}", flush=True)
            assert_pair(nights, pair)
            if time.monotonic() > end:
                break
