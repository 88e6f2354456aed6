"""Years computed ahead: in their order, a few at once, and none after one that failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import polars as pl
import pytest

from smallcap.engine.ahead import MOST_AT_ONCE, computed_ahead


@pytest.fixture
def several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl, "thread_pool_size", lambda: 4)


def test_results_come_in_the_order_of_the_calls(several_threads: None) -> None:
    last = threading.Event()

    def first() -> int:
        # It ends after the second.
        assert last.wait(10)
        return 1

    def second() -> int:
        last.set()
        return 2

    assert list(computed_ahead([first, second, lambda: 3])) == [1, 2, 3]


def test_as_many_are_computed_at_once_as_there_may_be(several_threads: None) -> None:
    together = threading.Barrier(MOST_AT_ONCE)

    def call() -> bool:
        together.wait(10)
        return True

    assert list(computed_ahead([call] * 2 * MOST_AT_ONCE)) == [True] * 2 * MOST_AT_ONCE


def test_calls_are_made_ready_no_further_ahead_than_they_are_needed(several_threads: None) -> None:
    ready: list[int] = []

    def calls() -> Iterator[Callable[[], int]]:
        for number in range(100):
            ready.append(number)
            yield lambda number=number: number

    made = computed_ahead(calls())
    assert [next(made), next(made)] == [0, 1]
    assert len(ready) <= 2 + MOST_AT_ONCE


def test_an_error_comes_in_its_turn_and_ends_the_calls(several_threads: None) -> None:
    called: list[int] = []

    def call(number: int) -> int:
        called.append(number)
        if number == 1:
            raise ValueError("the year 1")
        return number

    made = computed_ahead([lambda number=number: call(number) for number in range(100)])
    assert next(made) == 0
    with pytest.raises(ValueError, match="the year 1"):
        list(made)
    assert len(called) <= 2 + MOST_AT_ONCE


def test_with_one_thread_of_polars_everything_is_called_in_the_thread_of_the_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pl, "thread_pool_size", lambda: 1)
    own = threading.get_ident()
    assert list(computed_ahead([threading.get_ident] * 3)) == [own] * 3
