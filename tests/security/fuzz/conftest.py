"""A reader that never ends fails its test, instead of the whole run."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator

import pytest

LONGEST_SECONDS = 1200
"""A test of the drill takes minutes."""


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """End the process, with the stack of each thread, where a test hangs in a library's code."""
    faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
