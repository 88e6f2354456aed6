"""A release with changed code: a kill leaves what is served complete, and going back heals too."""

from __future__ import annotations

import math
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smallcap.engine.code import PACKAGE
from smallcap.lake import Lake
from smallcap.warehouse import served_run_id
from tests.integration.homes import COMPANIES, LATER, assert_same_contents, contents, copy_home, make, served
from tests.integration.killed_run import has_committed, run_until, run_until_told, start

RUN = ("run", "--as-of", LATER)
SETTINGS = {"sample_companies": COMPANIES}
FORMULA = '_ratio_of("roe", "net_income_usd", "shareholders_equity_usd")'
OTHER_FORMULA = '_ratio_of("roe", "pretax_income_usd", "shareholders_equity_usd")'
CHANGED = "core.annual_metrics"
"""The first table whose rows the other formula changes."""
FOLLOWING = "marts.quality_scores"
QUESTIONS = (
    "SELECT * FROM marts.latest_quality ORDER BY ALL",
    "SELECT as_of, count(*), sum(roe) FROM core.metrics_as_of GROUP BY as_of ORDER BY as_of",
    "SELECT run_id, release FROM meta.catalogue",
    "SELECT * FROM meta.published_tables ORDER BY ALL",
)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with a copy of the package in which one formula is another."""
    folder = tmp_path / "release"
    shutil.copytree(
        PACKAGE, folder / "smallcap", symlinks=False, ignore=shutil.ignore_patterns("__pycache__")
    )
    ratios = folder / "smallcap" / "finance" / "metrics" / "ratios.py"
    text = ratios.read_text(encoding="utf-8")
    assert FORMULA in text
    ratios.write_text(text.replace(FORMULA, OTHER_FORMULA), encoding="utf-8")
    return folder


def upgrade(home: Path, release: Path) -> None:
    assert run_until(math.inf, start(home, *RUN, release=release, **SETTINGS)).code == 0


def answers(home: Path, smallcap: Callable[..., Any]) -> list[str]:
    found = [smallcap("sql", question, "--format", "json", "--home", home) for question in QUESTIONS]
    assert [answer.code for answer in found] == [0] * len(QUESTIONS)
    return [answer.out for answer in found]


def codes(home: Path, name: str) -> set[str]:
    """The digests of the code that made the years of a table."""
    return {made.inputs["code"] for made in Lake(home / "lake").stamp(name).years.values()}


def test_a_killed_upgrade_serves_the_old_publication_and_the_next_run_heals_it(
    home: Path, release: Path, tmp_path: Path, smallcap: Callable[..., Any]
):
    undisturbed = copy_home(home, tmp_path / "undisturbed")
    before = served(home), served_run_id(home / "warehouse"), answers(home, smallcap)

    process = start(home, *RUN, release=release, **SETTINGS)
    told = run_until_told(lambda line: FOLLOWING in line, process)
    assert FOLLOWING in told
    assert process.returncode == -signal.SIGKILL
    assert has_committed(home)
    assert (served(home), served_run_id(home / "warehouse"), answers(home, smallcap)) == before

    for place in (home, undisturbed):
        upgrade(place, release)
    assert_same_contents(home, undisturbed)
    after = served(home)
    assert after == served(undisturbed)
    assert after[CHANGED] != before[0][CHANGED]
    assert after[FOLLOWING] != before[0][FOLLOWING]
    assert served_run_id(home / "warehouse") != before[1]
    assert len(codes(home, CHANGED)) == 1


@pytest.mark.drill
def test_going_back_to_the_release_before_heals_every_year(home: Path, release: Path):
    rows, tables, made_by = contents(home), served(home), codes(home, CHANGED)
    upgrade(home, release)
    assert served(home)[CHANGED] != tables[CHANGED]
    make(home, LATER)
    assert served(home) == tables
    assert codes(home, CHANGED) == made_by
    assert [name for name, frame in contents(home).items() if not frame.equals(rows[name])] == []
