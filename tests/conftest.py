"""Fixtures that tests of several folders share, each from the module that makes it.

And hypothesis without a clock.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.sample_home import backfilled_home, reported_home, study_home

# A busy machine is no failure: examples have no deadline.
settings.register_profile("no_clock", deadline=None)
settings.load_profile("no_clock")

LONGEST = (
    "test_readme",
    "test_killed_runs",
    "test_signals",
    "test_ui_processes",
    "test_readers_and_writers",
    "test_xfinlink_preset",
    "test_ranges",
    "test_publication_guard",
    "test_secrets",
    "tests/real/",
)
"""Parts of paths of the tests that take longest, the longest first: begun last, they would keep one process
busy after all others.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the others keep their order."""
    items.sort(
        key=lambda item: next(
            (place for place, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST)
        )
    )


__all__ = ["backfilled_home", "reported_home", "study_home"]
