"""Payloads of a refused delivery: kept, but no answer, until the vendor or a person says otherwise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.component.sources.fetchers import NOON, Bench

REQUEST = {"ids": [1, 2]}
AGE = dt.timedelta(hours=12)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A complete answer of the day before, and an incomplete one that was refused."""
    one = Bench(tmp_path)
    one.snapshots.keep("vendor", "prices", REQUEST, b"complete", NOON - dt.timedelta(days=1))
    one.snapshots.keep("vendor", "prices", REQUEST, b"incomplete", NOON)
    one.snapshots.keep("vendor", "lists", REQUEST, b"list", NOON)
    one.snapshots.refuse("prices", "run1", NOON - dt.timedelta(minutes=5))
    return one


def test_it_is_kept_and_answers_no_request(bench: Bench) -> None:
    assert bench.snapshots.find("vendor", "prices", REQUEST) == b"complete"
    assert [kept.payload for kept in bench.snapshots.every("vendor", "prices")] == [b"complete"]
    assert bench.snapshots.received("vendor", "prices") == [(REQUEST, NOON - dt.timedelta(days=1))]
    assert bench.snapshots.frame().height == 3


def test_the_vendor_is_asked_again(bench: Bench) -> None:
    answer = bench.fetcher.fetch("vendor", "prices", REQUEST, lambda: b"complete again", AGE)
    assert answer == b"complete again"


def test_other_datasets_and_earlier_payloads_are_believed(bench: Bench) -> None:
    assert bench.snapshots.find("vendor", "lists", REQUEST) == b"list"
    assert bench.snapshots.find("vendor", "prices", REQUEST) == b"complete"


def test_it_answers_again_when_a_person_accepts_the_run(bench: Bench) -> None:
    bench.snapshots.accept("another")
    assert bench.snapshots.find("vendor", "prices", REQUEST) == b"complete"
    bench.snapshots.accept("run1")
    assert bench.snapshots.find("vendor", "prices", REQUEST) == b"incomplete"


def test_it_answers_again_when_the_vendor_sends_it_again(bench: Bench) -> None:
    bench.snapshots.keep("vendor", "prices", REQUEST, b"incomplete", NOON + dt.timedelta(hours=1))
    assert bench.snapshots.find("vendor", "prices", REQUEST) == b"incomplete"
