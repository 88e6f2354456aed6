"""A thousand runs killed at random moments: what is served stays whole, and the last run leaves no trace."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.homes import served
from tests.integration.killed_run import (
    garble_a_log,
    kill_again_and_again_then_finish,
    small_forked_rerun,
)
from tests.soak.conftest import IS_SHORTENED

pytestmark = pytest.mark.soak
KILLS = 1_000
MOST_KILLS = 20
"""Of one chain."""
REPAIRED_EVERY = 4
"""One of so many chains begins with a damaged home, which the runs repair."""


def test_kills_at_random_moments_neither_show_nor_last(
    small_home: Path, tmp_path: Path, rounds: Iterator[int]
) -> None:
    rerun = small_forked_rerun(small_home, tmp_path)
    whole, done = (served(rerun.before), served(rerun.after)), 0
    for seed in rounds:
        draw, folder = random.Random(seed), tmp_path / str(seed)
        moments = sorted(draw.uniform(0, rerun.seconds) for _ in range(draw.randint(1, MOST_KILLS)))
        damage = [garble_a_log] if seed % REPAIRED_EVERY == 0 else []
        kills, differences = kill_again_and_again_then_finish(rerun, folder, moments, *damage)
        done += len(kills)
        print(f"seed {seed}: {len(kills)} kills, {done} in all", flush=True)
        assert [kill.moment for kill in kills if kill.served not in whole] == [], f"seed {seed}"
        assert differences == [], f"seed {seed}"
        shutil.rmtree(folder)
        if done >= KILLS:
            break
    assert done >= KILLS or IS_SHORTENED, f"{done} kills in all the time"
