"""Fetching that is killed goes on where it stopped; two processes at once keep the limit together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from smallcap.sources.payloads import SnapshotStore
from tests.integration.fetching_child import COMPANIES
from tests.paths import PROJECT_ROOT
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tiers import others_in_drill

CONNECTIONS = 4
"""Requests that are under way when a process is killed: their answers may be lost."""
MOMENTS = list(range(1, 21))
LONGEST_SECONDS = 120


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(sample_universe(60, 2000)) as standin:
        yield standin


@pytest.fixture
def standin(running: StandIn) -> StandIn:
    running.reset()
    return running


def child(standin: StandIn, home: Path, rates: Path, per_second: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.integration.fetching_child", standin.url, str(home), str(rates)]
    return subprocess.Popen([*command, str(per_second)], cwd=PROJECT_ROOT)


def kept(home: Path) -> set[str]:
    """The companies whose figures are kept, or of which it is kept that there are none."""
    store = SnapshotStore(home / "snapshots")
    # The index of a day may be absent too.
    absent = [one for one, _ in store.received("sec", "absent") if one["dataset"] == "company_facts"]
    return {str(one["cik"]) for one in [*absent, *(one for one, _ in store.received("sec", "company_facts"))]}


@pytest.mark.parametrize("moment", others_in_drill(MOMENTS, [2]))
def test_a_killed_fetch_goes_on_where_it_stopped(standin: StandIn, tmp_path: Path, moment: int) -> None:
    home, rates = tmp_path / "home", tmp_path / "rates"
    first = child(standin, home, rates, 500)
    end = time.monotonic() + LONGEST_SECONDS
    while len(standin.requests("/sec/companyfacts")) < moment and first.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    first.kill()
    first.wait()
    before = kept(home)
    asked = len(standin.requests("/sec/companyfacts"))
    assert len(before) >= asked - CONNECTIONS
    assert child(standin, home, rates, 500).wait(LONGEST_SECONDS) == 0
    assert kept(home) == set(COMPANIES)
    counts = Counter(entry["path"][-15:-5] for entry in standin.requests("/sec/companyfacts"))
    assert not {cik for cik in before if counts[cik] > 1}
    assert sum(counts.values()) <= len(COMPANIES) + CONNECTIONS
    assert SnapshotStore(home / "snapshots").damaged() == []


def test_two_processes_at_once_keep_the_limit_together(standin: StandIn, tmp_path: Path) -> None:
    standin.configure(sec_most_per_second=10)
    both = [child(standin, tmp_path / name, tmp_path / "rates", 8) for name in ("one", "two")]
    assert [process.wait(LONGEST_SECONDS) for process in both] == [0, 0]
    assert kept(tmp_path / "one") == kept(tmp_path / "two") == set(COMPANIES)
    # Eight are let through in a second; on the way two may come closer to each other.
    assert standin.service.gate.most_in_a_second <= 10
