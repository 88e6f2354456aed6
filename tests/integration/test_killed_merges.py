"""A run killed while it fetches, merges and publishes a delivery that lacks companies: the last run leaves
what a run that was never killed leaves.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.homes import copy_home, served, unequal_tables
from tests.integration.killed_run import Ended, run_until, start_forked
from tests.integration.vendor_nights import COMPANIES, RUN, SEED, Night
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

KILLS = 20


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A home with a complete delivery, before a night on which a tenth of the companies is silent."""
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        one = Night(standin, tmp_path_factory.mktemp("merges") / "home")
        first = one.run()
        assert first.returncode == 0, first.stderr
        standin.fault("/v1/fundamentals*", "sparse", None, percent=90)
        yield one


def run(night: Night, home: Path, seconds: float = math.inf) -> Ended:
    return run_until(seconds, start_forked(home, *RUN, **night.settings))


@pytest.mark.drill
def test_kills_while_a_delivery_is_merged_neither_show_nor_last(night: Night, tmp_path: Path) -> None:
    after = copy_home(night.home, tmp_path / "after")
    whole = run(night, after)
    assert whole.code == 0
    states = (served(night.home), served(after))
    assert states[0] != states[1], "the delivery changes nothing, so no kill could show"
    home = copy_home(night.home, tmp_path / "killed")
    for number in range(KILLS):
        ended = run(night, home, whole.seconds * (number + 0.5) / KILLS)
        assert ended.code in (-signal.SIGKILL, 0)
        assert served(home) in states
    assert run(night, home).code == 0
    assert unequal_tables(home, after) == []
    assert served(home) == states[1]
