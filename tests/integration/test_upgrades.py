"""A release with changed code: a kill leaves what is served complete, and going back heals too."""

from __future__ import annotations

import math
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from smallcap.engine.code import PACKAGE
from smallcap.lake import Lake
from smallcap.warehouse import served_run_id
from tests.integration.homes import COMPANIES, LATER, assert_same_contents, contents, copy_home, make, served
from tests.integration.killed_run import has_committed, run_until, run_until_told, start

RUN = ("run", "--as-of", LATER)
SETTINGS = {"sample_companies": COMPANIES}


class Change(NamedTuple):
    """A formula that another release has otherwise, the first table whose rows that changes, and one that
    follows from it.
    """

    module: str
    formula: str
    other_formula: str
    changed: str
    following: str


OF_A_RATIO = Change(
    "finance/metrics/ratios.py",
    '_ratio_of("roe", "net_income_usd", "shareholders_equity_usd")',
    '_ratio_of("roe", "pretax_income_usd", "shareholders_equity_usd")',
    changed="core.annual_metrics",
    following="marts.quality_scores",
)
OF_THE_SCORE = Change(
    "finance/quality/steps.py",
    'pl.col("roe_z") + pl.col("fcf_margin_z")',
    'pl.col("roe_z") - pl.col("fcf_margin_z")',
    changed="marts.quality_scores",
    following="marts.quality_summary",
)
CHANGES = [
    pytest.param(OF_THE_SCORE, id="the score"),
    pytest.param(OF_A_RATIO, id="a ratio", marks=pytest.mark.drill),
]
QUESTIONS = (
    "SELECT * FROM marts.latest_quality ORDER BY ALL",
    "SELECT as_of, count(*), sum(roe) FROM core.metrics_as_of GROUP BY as_of ORDER BY as_of",
    "SELECT run_id, release FROM meta.catalogue",
    "SELECT * FROM meta.published_tables ORDER BY ALL",
)


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> Change:
    return request.param


@pytest.fixture
def release(tmp_path: Path, change: Change) -> Path:
    """A folder with a copy of the package in which one formula is another."""
    folder = tmp_path / "release"
    shutil.copytree(
        PACKAGE, folder / "smallcap", symlinks=False, ignore=shutil.ignore_patterns("__pycache__")
    )
    module = folder / "smallcap" / change.module
    text = module.read_text(encoding="utf-8")
    assert change.formula in text
    module.write_text(text.replace(change.formula, change.other_formula), encoding="utf-8")
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


@pytest.mark.drill
def test_a_killed_upgrade_serves_the_old_publication_and_the_next_run_heals_it(
    home: Path, release: Path, change: Change, tmp_path: Path, smallcap: Callable[..., Any]
):
    undisturbed = copy_home(home, tmp_path / "undisturbed")
    before = served(home), served_run_id(home / "warehouse"), answers(home, smallcap)

    process = start(home, *RUN, release=release, **SETTINGS)
    told = run_until_told(lambda line: change.following in line, process)
    assert change.following in told
    assert process.returncode == -signal.SIGKILL
    assert has_committed(home)
    assert (served(home), served_run_id(home / "warehouse"), answers(home, smallcap)) == before

    for place in (home, undisturbed):
        upgrade(place, release)
    assert_same_contents(home, undisturbed)
    after = served(home)
    assert after == served(undisturbed)
    assert after[change.changed] != before[0][change.changed]
    assert after[change.following] != before[0][change.following]
    assert served_run_id(home / "warehouse") != before[1]
    assert len(codes(home, change.changed)) == 1


@pytest.mark.drill
def test_going_back_to_the_release_before_heals_every_year(home: Path, release: Path, change: Change):
    rows, tables, made_by = contents(home), served(home), codes(home, change.changed)
    upgrade(home, release)
    assert served(home)[change.changed] != tables[change.changed]
    make(home, LATER)
    assert served(home) == tables
    assert codes(home, change.changed) == made_by
    assert [name for name, frame in contents(home).items() if not frame.equals(rows[name])] == []
