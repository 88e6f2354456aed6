"""How long functions take, measured in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def medians(runs: int, *functions: Callable[[], object]) -> list[float]:
    """Run the functions in turn, so that other load of the machine affects all alike.

    Returns
    -------
    list of float
        The median seconds of each function.
    """
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, taken in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in seconds]
