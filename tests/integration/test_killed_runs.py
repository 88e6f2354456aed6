"""A run killed with SIGKILL at any moment: what is published stays whole, and the next run leaves no trace of
it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.homes import (
    EARLIER,
    LONGER_STALE_LIMIT,
    assert_same_contents,
    copy_home,
    make,
    record,
    served,
)
from tests.integration.killed_run import (
    RERUN_SETTINGS,
    Rerun,
    has_committed,
    kill_again_and_again_then_finish,
    run_until_told,
    start,
)


def test_kills_spread_over_a_short_run_neither_show_nor_last(short_rerun: Rerun, tmp_path: Path):
    assert_kills_neither_show_nor_last(
        short_rerun, tmp_path, count=3, side_by_side=1, least_between_commit_and_swap=1
    )


@pytest.mark.drill
def test_kills_spread_over_a_run_neither_show_nor_last(rerun: Rerun, tmp_path: Path):
    assert_kills_neither_show_nor_last(
        rerun, tmp_path, count=20, side_by_side=2, least_between_commit_and_swap=5
    )


def assert_kills_neither_show_nor_last(
    rerun: Rerun, tmp_path: Path, count: int, side_by_side: int, least_between_commit_and_swap: int
) -> None:
    """Kill a run at moments spread over its length, in chains; insist that readers never see it, and that the
    run that ends at last makes it good.
    """
    moments = [rerun.seconds * (number + 0.5) / count for number in range(count)]
    with ThreadPoolExecutor(side_by_side) as pool:
        chains = [moments[start::side_by_side] for start in range(side_by_side)]
        outcomes = list(
            pool.map(lambda chain: kill_again_and_again_then_finish(rerun, tmp_path, chain), chains)
        )

    kills = sorted((kill for killed, _ in outcomes for kill in killed), key=lambda kill: kill.moment)
    whole = (served(rerun.before), served(rerun.after))
    assert whole[0] != whole[1], "the run changes nothing, so no kill could show"
    assert [kill.moment for kill in kills if kill.served not in whole] == []
    assert [difference for _, differences in outcomes for difference in differences] == []
    assert len(kills) == count
    assert sum(kill.is_between for kill in kills) >= least_between_commit_and_swap, [
        (kill.moment, kill.is_between) for kill in kills
    ]


@pytest.mark.drill
def test_a_killed_backfill_leaves_nothing_to_the_nightly_run_of_another_year(
    small_home: Path, tmp_path: Path
):
    home, undisturbed = (copy_home(small_home, tmp_path / name) for name in ("killed", "undisturbed"))
    for place in (home, undisturbed):
        record(place, stale_months=LONGER_STALE_LIMIT)
    before = served(home)
    backfill = start(home, "backfill", "--from", EARLIER.year - 1, "--to", EARLIER.year, **RERUN_SETTINGS)
    told = run_until_told(lambda line: "marts.quality_scores" in line, backfill)
    assert "marts.quality_scores" in told
    assert has_committed(home)
    assert served(home) == before

    for place in (home, undisturbed):
        make(place, years=(2025, 2025), clock="2025-02-28")
    assert_same_contents(home, undisturbed)
    assert served(home) == served(undisturbed)
