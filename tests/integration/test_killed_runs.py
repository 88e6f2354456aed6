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

KILLS = 60
"""Of the drill."""


def test_kills_spread_over_a_short_run_neither_show_nor_last(short_rerun: Rerun, tmp_path: Path):
    # The last three are between the first commit and the publication.
    assert_kills_neither_show_nor_last(short_rerun, tmp_path, [0.3, 0.6, 0.7, 0.8], 1, least_between=1)


@pytest.mark.drill
def test_kills_spread_over_a_run_neither_show_nor_last(rerun: Rerun, tmp_path: Path):
    evenly = [(number + 0.5) / KILLS for number in range(KILLS)]
    assert_kills_neither_show_nor_last(rerun, tmp_path, evenly, 2, least_between=5)


def assert_kills_neither_show_nor_last(
    rerun: Rerun, tmp_path: Path, parts: list[float], side_by_side: int, least_between: int
) -> None:
    """Kill a run after parts of its length, in chains; insist that readers never see it, that the run that
    ends at last makes it good, and that some kills are between the first commit and the publication.
    """
    moments = [rerun.seconds * part for part in parts]
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
    assert len(kills) == len(parts)
    assert sum(kill.is_between for kill in kills) >= least_between, [
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
