"""Signals end the command, whatever the work makes of them: in processes of their own, because a second one
ends the process.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from smallcap.assets.table_asset import _step
from smallcap.pipelines.signals import work_apart
from smallcap.sources.fetching import Fetcher, RetryPolicy, TransientError
from smallcap.stopping import StopRequestedError, clear_request, pause, request_stop
from tests.component.sources.fetchers import Bench
from tests.paths import PROJECT_ROOT

SIGNALS = [(signal.SIGINT, 130, "stopped by Ctrl-C"), (signal.SIGTERM, 143, "stopped by SIGTERM")]
BEGIN = """
import sys, time
from smallcap.pipelines.signals import Stopped, ending_in, stopped_by_signals, work_apart
from smallcap.stopping import pause

def swallow():
    while True:
        try:
            print("working", flush=True)
            time.sleep(600)
        except BaseException:
            print("swallowed", flush=True)

def main(work):
    try:
        with stopped_by_signals():
            work()
    except Stopped as stop:
        print(stop, file=sys.stderr)
        sys.exit(stop.exit_code)
"""
SLEEPS = "def work():\n    print('working', flush=True)\n    time.sleep(600)\nmain(work)"
FAILS_OTHERWISE = """
def work():
    print("working", flush=True)
    try:
        time.sleep(600)
    except BaseException:
        raise RuntimeError("Query interrupted") from None
main(work)
"""
RETURNS = """
def work():
    print("working", flush=True)
    try:
        time.sleep(600)
    except BaseException:
        pass
main(work)
"""
SWALLOWS_WITH_LITTLE_TIME = "def work():\n    with ending_in(0.2):\n        swallow()\nmain(work)"
SWALLOWS_WITH_ALL_TIME = "def work():\n    with ending_in(600):\n        swallow()\nmain(work)"
APART_AND_STOPS = """
def apart():
    print("working", flush=True)
    try:
        pause(600)
    finally:
        print("put in order", flush=True)
main(lambda: work_apart(apart))
"""
APART_AND_NEVER_STOPS = (
    "def work():\n    with ending_in(0.2, '; the rest is undone'):\n        work_apart(swallow)\nmain(work)"
)


def begin(script: str) -> subprocess.Popen[str]:
    """Start a process and wait until it works."""
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN + textwrap.dedent(script)],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


def test_a_signal_that_arrives_while_the_thread_begins_stops_the_work_too(monkeypatch: pytest.MonkeyPatch):
    in_order: list[str] = []

    class Interrupted(threading.Thread):
        def start(self) -> None:
            super().start()
            raise KeyboardInterrupt

    def work() -> None:
        try:
            pause(60)
        finally:
            in_order.append("put in order")

    monkeypatch.setattr(threading, "Thread", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        work_apart(work)
    clear_request()
    assert in_order == ["put in order"]


@pytest.mark.some_cases(4)
@pytest.mark.parametrize(("number", "code", "sentence"), SIGNALS)
@pytest.mark.parametrize(
    "script", [SLEEPS, FAILS_OTHERWISE, RETURNS, SWALLOWS_WITH_LITTLE_TIME, APART_AND_STOPS]
)
def test_one_signal_ends_the_process_with_one_sentence(script: str, number: int, code: int, sentence: str):
    process = begin(script)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (code, f"{sentence}\n")
    assert ("put in order" in out) == (script == APART_AND_STOPS)


def test_work_in_a_thread_that_does_not_stop_is_ended_when_its_time_is_up():
    process = begin(APART_AND_NEVER_STOPS)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (143, "stopped by SIGTERM; the rest is undone\n")
    assert "swallowed" not in out, "an exception was raised in the thread that works"


@pytest.mark.parametrize(
    ("first", "second"), [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)]
)
def test_a_second_signal_ends_it_at_once(first: int, second: int):
    process = begin(SWALLOWS_WITH_ALL_TIME)
    process.send_signal(first)
    assert process.stdout is not None
    assert process.stdout.readline() == "swallowed\n"
    process.send_signal(second)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + first
    assert err.count("\n") == 1


@pytest.fixture
def _stop_requested():
    request_stop()
    yield
    clear_request()


@pytest.mark.usefixtures("_stop_requested")
def test_a_run_that_is_to_stop_asks_nobody_and_waits_for_nothing(tmp_path: Path):
    asked: list[str] = []
    with pytest.raises(StopRequestedError):
        Bench(tmp_path).fetcher.fetch(
            "vendor", "prices", {"tickers": ["ABCD"]}, lambda: bytes(asked.append("vendor") or 0)
        )
    assert asked == []
    with pytest.raises(StopRequestedError):
        pause(600)


# A run that makes whatever it is asked about.
RUN = SimpleNamespace(years=SimpleNamespace(is_made=lambda name: True))


def step(compute: Callable[..., object]) -> Callable[..., object]:
    return _step("raw.prices", compute, by_year=False, together=False)


@pytest.mark.usefixtures("_stop_requested")
def test_a_step_that_would_begin_stops_instead_and_is_not_tried_again():
    with pytest.raises(dg.Failure) as found:
        step(lambda run: pytest.fail("it began"))(RUN)
    assert found.value.allow_retries is False


@pytest.mark.parametrize("interruption", [dg.DagsterExecutionInterruptedError, KeyboardInterrupt])
def test_a_fetch_that_is_interrupted_is_not_tried_again_and_one_that_stumbles_is(
    interruption: type[BaseException],
):
    def interrupted(run: object) -> None:
        raise interruption

    def stumbling(run: object) -> None:
        raise ConnectionError("reset by peer")

    with pytest.raises(dg.Failure) as found:
        step(interrupted)(RUN)
    assert found.value.allow_retries is False
    with pytest.raises(ConnectionError):
        step(stumbling)(RUN)


def test_a_wait_between_two_attempts_ends_when_the_run_is_to_stop(tmp_path: Path):
    bench = Bench(tmp_path)
    fetcher = Fetcher(bench.snapshots, bench.quota, RetryPolicy())
    attempts: list[int] = []

    def ask() -> bytes:
        attempts.append(1)
        request_stop()
        raise TransientError("busy", retry_after=60)

    try:
        with pytest.raises(StopRequestedError):
            fetcher.fetch("vendor", "prices", {"tickers": ["ABCD"]}, ask)
    finally:
        clear_request()
    assert len(attempts) == 1
