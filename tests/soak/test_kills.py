"""Runs killed at random moments: what is served stays whole, and the last run leaves no trace."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.homes import served
from tests.integration.killed_run import Rerun, kill_again_and_again_then_finish

pytestmark = pytest.mark.soak
MOST_KILLS = 8
"""Of one chain."""


def test_kills_at_random_moments_neither_show_nor_last(
    rerun: Rerun, tmp_path: Path, rounds: Iterator[int]
) -> None:
    whole = (served(rerun.before), served(rerun.after))
    for number in rounds:
        draw = random.Random(number)
        moments = sorted(draw.uniform(0, rerun.seconds) for _ in range(draw.randint(1, MOST_KILLS)))
        kills, differences = kill_again_and_again_then_finish(rerun, tmp_path / str(number), moments)
        assert [kill.moment for kill in kills if kill.served not in whole] == [], f"round {number}"
        assert differences == [], f"round {number}"
        shutil.rmtree(tmp_path / str(number))
