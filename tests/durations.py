"""Seconds by part of the tests, and the slowest tests, at the end of a run; registered by conftest.py."""

from __future__ import annotations

from collections import Counter

import pytest

SLOWEST = 10
LEAST_SECONDS = 10.0
"""Shorter runs print nothing: they are of a file or a test."""

_seconds: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what a test took, its fixtures included."""
    _seconds[report.nodeid] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the parts, then the slowest tests."""
    if sum(_seconds.values()) < LEAST_SECONDS:
        return
    terminalreporter.section("seconds by part, over all processes")
    terminalreporter.write_line(", ".join(f"{part} {seconds:.0f}" for part, seconds in by_part(_seconds)))
    for node, seconds in _seconds.most_common(SLOWEST):
        terminalreporter.write_line(f"{seconds:8.1f}  {node}")


def by_part(seconds: Counter[str]) -> list[tuple[str, float]]:
    """Sum the seconds of tests by their folder below tests/, the longest first.

    Parameters
    ----------
    seconds
        By the tests' node ids.
    """
    parts: Counter[str] = Counter()
    for node, taken in seconds.items():
        folders = node.split("::")[0].split("/")[:-1]
        parts["/".join(folders[1:2]) or "tests"] += taken
    return parts.most_common()
