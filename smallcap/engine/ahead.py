"""Years computed ahead: while one year is checked and written, the next ones are computed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import polars as pl

MOST_AT_ONCE = 2
"""Years in computation: each holds its own rows in memory, and more of them wait for each other's Python."""

Made = TypeVar("Made")


def computed_ahead(calls: Iterable[Callable[[], Made]]) -> Iterator[Made]:
    """Call functions in threads, a few at once, and yield what they return in their order.

    The functions are taken from `calls` in the caller's thread, each when it is about to be called. Where
    Polars may use one thread only, so does this function: they are called one after the other.

    Parameters
    ----------
    calls
        The functions.

    Raises
    ------
    Exception
        What a function raises, when its turn comes; functions after those in computation are not called.
    """
    if pl.thread_pool_size() == 1:
        yield from (call() for call in calls)
        return
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="year") as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for call in calls:
                waiting.append(pool.submit(call))
                if len(waiting) > MOST_AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
