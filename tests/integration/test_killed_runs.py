"""A run killed with SIGKILL at any moment: what is published stays whole, and the next run leaves no trace of
it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest

from smallcap.errors import InputError, SmallcapError
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.tables import TABLES
from smallcap.warehouse import rollback
from tests.integration.homes import (
    EARLIER,
    LATER,
    LONGER_STALE_LIMIT,
    assert_same_contents,
    contents,
    copy_home,
    make,
    record,
    served,
)
from tests.integration.killed_run import (
    RERUN_SETTINGS,
    Rerun,
    garble_a_log,
    has_committed,
    kill_again_and_again_then_finish,
    measured,
    run_until_told,
    small_forked_rerun,
    start,
    start_forked,
)

KILLS = 60
"""Of the drill."""


KILLS_OF_A_SMALL_HOME = 10


@pytest.fixture(scope="module")
def small_rerun(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Rerun:
    """A run of few tables, forked from a process that has loaded all it needs."""
    return small_forked_rerun(small_home, tmp_path_factory.mktemp("forked"))


def test_kills_spread_over_a_repair_and_a_small_run_neither_show_nor_last(small_rerun: Rerun, tmp_path: Path):
    assert_kills_neither_show_nor_last(
        small_rerun, tmp_path, evenly_spread(KILLS_OF_A_SMALL_HOME), 1, least_between=1, damage=garble_a_log
    )


@pytest.mark.drill
def test_kills_spread_over_a_run_neither_show_nor_last(rerun: Rerun, tmp_path: Path):
    forked = measured(rerun.before, tmp_path / "after", starter=start_forked)
    assert_kills_neither_show_nor_last(forked, tmp_path, evenly_spread(KILLS), 2, least_between=5)


def evenly_spread(kills: int) -> list[float]:
    """Spread so many moments over a run, as parts of its length."""
    return [(number + 0.5) / kills for number in range(kills)]


def assert_kills_neither_show_nor_last(
    rerun: Rerun,
    tmp_path: Path,
    parts: list[float],
    side_by_side: int,
    least_between: int,
    damage: Callable[[Path], object] = lambda home: None,
) -> None:
    """Kill a run after parts of its length, in chains; insist that readers never see it, that the run that
    ends at last makes it good, and that some kills are between the first commit and the publication.
    """
    moments = [rerun.seconds * part for part in parts]
    with ThreadPoolExecutor(side_by_side) as pool:
        chains = [moments[start::side_by_side] for start in range(side_by_side)]
        outcomes = list(
            pool.map(lambda chain: kill_again_and_again_then_finish(rerun, tmp_path, chain, damage), chains)
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


@pytest.mark.drill
def test_what_a_run_requested_that_never_served_its_catalogue_is_requested_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw = [name for name in TABLES if name.startswith("raw.")]
    run = partial(make, tables=[*raw, "publish.warehouse"], sample_companies=60)
    run(tmp_path / "home", EARLIER)
    undisturbed = copy_home(tmp_path / "home", tmp_path / "undisturbed")
    module = importlib.import_module("smallcap.assets.publish.warehouse")
    monkeypatch.setattr(module, "swap", Mock(side_effect=InputError("a fault")))
    with pytest.raises(SmallcapError, match="a fault"):
        run(tmp_path / "home", LATER)
    monkeypatch.undo()
    for home in (tmp_path / "home", undisturbed):
        run(home, LATER)
    ours, theirs = contents(tmp_path / "home", raw), contents(undisturbed, raw)
    assert [name for name in raw if not ours[name].equals(theirs[name])] == []


@pytest.mark.drill
def test_a_run_that_fails_after_it_published_is_not_undone_after_a_rollback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw = [name for name in TABLES if name.startswith("raw.")]
    run = partial(make, tables=[*raw, "publish.warehouse"], sample_companies=60)
    home = tmp_path / "home"
    first = run(home, EARLIER)
    module = importlib.import_module("smallcap.assets.publish.warehouse")
    monkeypatch.setattr(module, "keep_up", Mock(side_effect=InputError("a fault")))
    with pytest.raises(SmallcapError, match="a fault"):
        run(home, LATER)
    monkeypatch.undo()
    published = contents(home, raw)
    assert rollback(home / "warehouse") == first
    run(home, EARLIER)
    ours = contents(home, raw)
    assert [name for name in raw if not ours[name].equals(published[name])] == []
    assert "undone" not in Home(load_settings(home=home)).records.read("meta.runs")["status"]
