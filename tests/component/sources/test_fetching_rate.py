"""The limit per second: on disk for every process, never exceeded in any window, and a shut-out for all."""

from __future__ import annotations

import datetime as dt
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.sources.fetching import QuotaError, Rate, RateLimit
from tests.examples import examples

START = 1_790_000_000.0


class Machine:
    """A clock that moves when somebody sleeps, and the limits of several processes on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.sent: list[float] = []

    def limit(self, rate: Rate) -> RateLimit:
        return RateLimit(self.folder, "sec", rate, clock=lambda: self.now, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, limit: RateLimit) -> None:
        limit.take()
        self.sent.append(self.now)


def most_in_any_window(moments: list[float], seconds: float) -> int:
    """Count by the definition: the window that begins with each request, its end excluded."""
    return max((sum(first <= other < first + seconds for other in moments) for first in moments), default=0)


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1.5)), max_size=60), st.integers(1, 8))
@examples(15)
def test_no_second_ever_has_more_requests_of_all_processes_than_the_limit(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, float]], most: int
) -> None:
    machine = Machine(tmp_path_factory.mktemp("rates"))
    limits = [machine.limit(Rate(most, 1.0)) for _ in range(3)]
    for process, pause in asked:
        machine.now += pause
        machine.send(limits[process])
    assert most_in_any_window(machine.sent, 1.0) <= most


def test_requests_are_spaced_evenly_so_that_late_ones_do_not_arrive_in_crowds(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    limit = machine.limit(Rate(8, 1.0))
    for _ in range(9):
        machine.send(limit)
    assert machine.sent == pytest.approx([START + number / 8 for number in range(9)], abs=0.01)


def ask_for_real(folder: Path, times: int) -> list[float]:
    """Ask in a process of its own; return when each request was let through, by the clock that was read."""
    read: list[float] = []
    limit = RateLimit(folder, "sec", Rate(5, 0.5), clock=lambda: read.append(time.time()) or read[-1])
    moments = []
    for _ in range(times):
        limit.take()
        moments.append(read[-1])
    return moments


def test_two_processes_together_keep_the_limit(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        ours, theirs = pool.map(ask_for_real, [tmp_path] * 2, [10] * 2)
    assert len(ours) == len(theirs) == 10
    assert most_in_any_window(ours + theirs, 0.5) <= 5
    # Twenty requests, a tenth of a second apart.
    assert max(ours + theirs) - min(ours + theirs) >= 1.9


@pytest.mark.parametrize(
    ("machines", "expected"),
    [(1, Rate(8, 1.0)), (2, Rate(4, 1.0)), (3, Rate(2, 1.0)), (8, Rate(1, 1.0)), (16, Rate(1, 2.0))],
)
def test_several_machines_share_the_limit(machines: int, expected: Rate) -> None:
    assert Rate.per_second(8, machines) == expected


def test_a_shut_out_stops_every_process_until_it_is_over(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    ours, theirs = machine.limit(Rate(8, 1.0)), machine.limit(Rate(8, 1.0))
    until = ours.block(600)
    assert until == dt.datetime.fromtimestamp(START + 600, dt.UTC)
    machine.now += 599
    with pytest.raises(QuotaError, match=f"sec: .*shut out until {until:%Y-%m-%d %H:%M} UTC") as refused:
        theirs.take()
    assert refused.value.resumes_at == until
    machine.now += 1
    theirs.take()
    assert ours.blocked_until() is None


def test_a_shorter_shut_out_does_not_end_a_longer_one(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    limit = machine.limit(Rate(8, 1.0))
    long = limit.block(600)
    assert limit.block(10) == long


def test_a_clock_that_was_put_back_delays_by_no_more_than_one_space(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    limit = machine.limit(Rate(2, 1.0))
    for _ in range(2):
        limit.take()
    limit.block(600)
    machine.now -= 3 * 86_400
    before = machine.now
    limit.take()
    assert machine.now - before <= 0.51


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"sent_at": "x", "blocked_until": null}', b"\xff\xfe"]
)
def test_a_record_that_cannot_be_read_counts_as_a_request_of_now(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sec.json").write_bytes(content)
    machine = Machine(tmp_path)
    machine.limit(Rate(8, 1.0)).take()
    assert machine.now == pytest.approx(START + 1 / 8, abs=0.01)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_an_error_that_says_what_to_set(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="SMALLCAP_RATE_DIR"):
            Machine(tmp_path / "rates").limit(Rate(8, 1.0)).take()
    finally:
        tmp_path.chmod(0o700)
