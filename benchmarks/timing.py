"""How long functions take, measured in turn, and how busy other programs keep the machine meanwhile."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import psutil  # type: ignore[import-untyped]

from benchmarks.results import Section

MOST_OF_OTHERS = 0.1
"""Share of the processors above which other programs are said to keep the machine busy."""


@dataclass(frozen=True)
class Ratio:
    """The ratios of paired runs: their median, the least and the greatest."""

    median: float
    least: float
    greatest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.greatest:.2f})"


def in_turn(runs: int, *functions: Callable[[], object]) -> list[list[float]]:
    """Run the functions in turn, so that other load of the machine affects all alike.

    Returns
    -------
    list of list of float
        The seconds of each function, run by run.
    """
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, taken in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return seconds


def ratio(these: Sequence[float], those: Sequence[float]) -> Ratio:
    """Compare the seconds of two functions, run by run."""
    ratios = [this / that for this, that in zip(these, those, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def with_load(measure: Callable[[], Iterable[Sequence[Section]]]) -> Iterator[Section]:
    """Measure, and say in each section what other programs did meanwhile.

    Sections that were measured together, by the same runs, come together and have the same load.
    """
    before, own_before = _busy_and_all(), _own_seconds()
    for sections in measure():
        after, own_after = _busy_and_all(), _own_seconds()
        others = after[0] - before[0] - (own_after - own_before)
        load = load_in_words(max(others, 0.0) / max(after[1] - before[1], 1e-9))
        yield from (replace(section, load=load) for section in sections)
        before, own_before = _busy_and_all(), _own_seconds()


def load_in_words(others: float) -> str:
    """Say which share of the processors other programs used.

    Parameters
    ----------
    others
        The share.
    """
    words = f"Other programs used {others:.0%} of the processors meanwhile"
    return f"{words}: the machine was busy." if others > MOST_OF_OTHERS else f"{words}."


def _busy_and_all() -> tuple[float, float]:
    """Return the seconds that the processors were busy, and all of them, since the machine started."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0), sum(times)


def _own_seconds() -> float:
    """Return the processor seconds of this process and of those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
