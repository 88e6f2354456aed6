"""What the tests of the report in a browser share: the browser, the folder of a report, its pages."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.chromium import chromium, show
from tests.sample_home import REPORT_DATE

QUESTIONS = ("index", "quality", "funnel", "members", "factors", "anatomy", "data", "study", "company")


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium(tmp_path_factory.mktemp("profile")))
        except FileNotFoundError as missing:
            pytest.skip(str(missing))
        # The accessibility checker looks at thousands of elements, on a machine with other tests to run.
        started.set_script_timeout(300)
        yield started


@pytest.fixture(scope="module")
def folder(reported_home) -> Path:
    return reported_home / "reports" / str(REPORT_DATE)


@pytest.fixture(scope="module")
def pages(folder) -> list[Path]:
    """The pages of a date, with that of one company."""
    return [folder / f"{name}.html" for name in QUESTIONS] + sorted((folder / "company").iterdir())[:1]


@pytest.fixture
def members(driver, folder):
    show(driver, folder / "members.html")
    return driver
