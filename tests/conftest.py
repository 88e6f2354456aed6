"""What tests of several folders share: homes, the order of files, durations, and the drill's rule."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests import examples
from tests.durations import pytest_runtest_logreport, pytest_terminal_summary
from tests.sample_home import backfilled_home, first_year, reported_home, study_home
from tests.tiers import leave_to_the_drill, of_twenty_years_alone

settings.load_profile("test")
# Thousands of collected tests live to the end. To look through them after every 700 new objects, as Python
# does, takes a fifth of the time of collecting them.
gc.set_threshold(50_000)

LONGEST = (
    # The first three make the home of the report, the small home and that of the study. Files that read one
    # of these begin after files that read none: begun together, they would wait for the home.
    "test_polars_agreement",
    "test_killed_runs",
    "tests/real/test_books",
    "test_readers_and_writers",
    "test_deliveries",
    "test_xfinlink_preset",
    "test_counted_work",
    "test_vendor_nights",
    "tests/security/test_ui_",
    "test_bad_files",
    "test_xfinlink_source",
    "test_report_in_browser",
    "test_report_tables",
    "test_two_clocks",
    "test_signals",
    "test_readme",
    "test_upgrades",
    "test_whole_tables",
    "test_books_command",
    "test_ranges",
    "test_publication_guard",
    "test_secrets",
    "test_incremental",
    "tests/real/",
    "test_read_only_homes",
)
"""Parts of paths of the tests that begin first: begun last, they would keep one process busy after others."""
NEVER_SKIPPED = ("drill", "service")
"""Markers of the tests that `make drill` fails where what they need is missing."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; of tests marked `some_cases` leave the other cases to the drill."""
    leave_to_the_drill(items)
    items[:] = of_twenty_years_alone(items)
    items.sort(
        key=lambda item: next(
            (place for place, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST)
        )
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test of the drill into a failed one: it would otherwise pass without having run."""
    report = yield
    if report.skipped and examples.is_drill() and any(map(item.get_closest_marker, NEVER_SKIPPED)):
        report.outcome = "failed"
        report.longrepr = f"the drill skips nothing: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


__all__ = [
    "backfilled_home",
    "first_year",
    "pytest_runtest_logreport",
    "pytest_terminal_summary",
    "reported_home",
    "study_home",
]
