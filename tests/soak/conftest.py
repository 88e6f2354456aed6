"""How long a part of the soak goes on, and the homes that it begins with."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests.integration.conftest import _no_settings_of_the_caller, home, small_home

IS_SHORTENED = "SOAK_MINUTES" in os.environ
MINUTES = float(os.environ.get("SOAK_MINUTES", "110"))


@pytest.fixture
def rounds() -> Iterator[int]:
    """Count rounds from 1 on until the part's time is over; there is always a first one."""

    def until_the_end() -> Iterator[int]:
        end, number = time.monotonic() + 60 * MINUTES, 1
        yield number
        while time.monotonic() < end:
            number += 1
            yield number

    return until_the_end()


__all__ = ["_no_settings_of_the_caller", "home", "small_home"]
