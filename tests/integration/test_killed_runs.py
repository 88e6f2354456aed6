"""A run killed with SIGKILL at any moment: what is published stays whole, and the next run leaves no trace of
it.
"""

from __future__ import annotations

import math
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from smallcap.warehouse import served_run_id
from tests.integration.homes import (
    COMPANIES,
    EARLIER,
    LONGER_STALE_LIMIT,
    assert_same_contents,
    copy_home,
    make,
    record,
    served,
    unequal_tables,
)
from tests.integration.killed_run import has_committed, has_swapped, run_until, run_until_told, start

MOMENTS = 20
LEAST_BETWEEN_COMMIT_AND_SWAP = 5
# Another date in a year that is there, under another stale limit: the years' partitions are replaced with
# other contents.
ARGUMENTS = ("run", "--as-of", "2025-02-28")
SETTINGS = {"sample_companies": COMPANIES}
SIDE_BY_SIDE = 2


@dataclass
class Kill:
    """What was found after one kill."""

    moment: float
    code: int
    is_between: bool
    served: dict[str, tuple[int, int]]


@dataclass
class Homes:
    """Where the killed runs begin, and where a run that is not killed ends."""

    before: Path
    after: Path
    seconds: float


@pytest.fixture(scope="module")
def homes(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Measure the run, as many side by side as will be killed side by side.

    The shortest is taken as its length.
    """
    folder = tmp_path_factory.mktemp("never-killed")
    before = copy_home(small_home, folder / "before")
    record(before, stale_months=LONGER_STALE_LIMIT)
    copies = [copy_home(before, folder / str(number)) for number in range(SIDE_BY_SIDE)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        ended = list(pool.map(lambda home: run_until(math.inf, start(home, *ARGUMENTS, **SETTINGS)), copies))
    assert [end.code for end in ended] == [0] * SIDE_BY_SIDE
    return Homes(before, copies[0], min(end.seconds for end in ended))


def kill_once(home: Path, moment: float, before: str) -> Kill:
    ended = run_until(moment, start(home, *ARGUMENTS, **SETTINGS))
    return Kill(moment, ended.code, has_committed(home) and not has_swapped(home, before), served(home))


def kill_again_and_again_then_finish(
    homes: Homes, folder: Path, moments: list[float]
) -> tuple[list[Kill], list[str]]:
    """Kill a run, kill the next on what that one left, and so on, each later than the last; let one end.

    Return what differs then.
    """
    before = str(served_run_id(homes.before / "warehouse"))
    home = copy_home(homes.before, folder / f"{moments[0]:.3f}")
    kills: list[Kill] = []
    for moment in moments:
        kill = kill_once(home, moment, before)
        while kill.code != -signal.SIGKILL:
            # A run that was quicker than the measured one ended before its moment: a fresh home, a little
            # earlier.
            shutil.rmtree(home)
            copy_home(homes.before, home)
            kill = kill_once(home, kill.moment * 0.95, before)
        kills.append(kill)
    assert run_until(math.inf, start(home, *ARGUMENTS, **SETTINGS)).code == 0
    differences = unequal_tables(home, homes.after)
    if served(home) != served(homes.after):
        differences.append("what is published is not what a run that was never killed publishes")
    return kills, differences


def test_twenty_kills_spread_over_a_run_neither_show_nor_last(homes: Homes, tmp_path: Path):
    moments = [homes.seconds * (number + 0.5) / MOMENTS for number in range(MOMENTS)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        chains = [moments[start::SIDE_BY_SIDE] for start in range(SIDE_BY_SIDE)]
        outcomes = list(
            pool.map(lambda chain: kill_again_and_again_then_finish(homes, tmp_path, chain), chains)
        )

    kills = sorted((kill for killed, _ in outcomes for kill in killed), key=lambda kill: kill.moment)
    whole = (served(homes.before), served(homes.after))
    assert whole[0] != whole[1], "the run changes nothing, so no kill could show"
    assert [kill.moment for kill in kills if kill.served not in whole] == []
    assert [difference for _, differences in outcomes for difference in differences] == []
    assert len(kills) == MOMENTS
    assert sum(kill.is_between for kill in kills) >= LEAST_BETWEEN_COMMIT_AND_SWAP, [
        (kill.moment, kill.is_between) for kill in kills
    ]


def test_a_killed_backfill_leaves_nothing_to_the_nightly_run_of_another_year(
    small_home: Path, tmp_path: Path
):
    home, undisturbed = (copy_home(small_home, tmp_path / name) for name in ("killed", "undisturbed"))
    for place in (home, undisturbed):
        record(place, stale_months=LONGER_STALE_LIMIT)
    before = served(home)
    backfill = start(home, "backfill", "--from", EARLIER.year - 1, "--to", EARLIER.year, **SETTINGS)
    told = run_until_told(lambda line: "marts.quality_scores" in line, backfill)
    assert "marts.quality_scores" in told
    assert has_committed(home)
    assert served(home) == before

    for place in (home, undisturbed):
        make(place, years=(2025, 2025), clock="2025-02-28")
    assert_same_contents(home, undisturbed)
    assert served(home) == served(undisturbed)
