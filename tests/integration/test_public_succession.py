"""A company that took another registration number: the doctor names it, and a row makes its history whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from smallcap.lake import Lake
from smallcap.pipelines.command.cik_signs import numbers_finding
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE
from smallcap.settings import load_settings
from tests.integration.homes import make
from tests.integration.test_public_preset import AS_OF, COMPANIES, SEED, settings_of
from tests.paths import PROJECT_ROOT
from tests.standin.sec_filings import filings_by_company
from tests.standin.server import StandIn
from tests.standin.universe import Succession, sample_universe

# A member since 2002 whose annual reports before this day are under the earlier number. Its first lists are
# known by the earlier number's filings, so without the row the years after the day are those that lack.
PASSED = Succession(9_100_043, 9_000_042, dt.date(2022, 6, 1))
LAST_OF_OLD = dt.date(2021, 12, 31)
TICKER = "DBC"
ROW = f'{PASSED.old_cik},{PASSED.new_cik},{PASSED.day},"Form 8-K12B, made up"\n'
TABLES = ["raw.securities", "raw.fundamentals"]


class Found(NamedTuple):
    """The year ends of the company's annual reports, and what the doctor told."""

    years: list[dt.date]
    told: str


def looked_at(home: Path, settings: dict[str, object]) -> Found:
    lake = Lake(home / "lake")
    lines = lake.read("raw.securities").filter(ticker=TICKER)
    rows = lake.read("raw.fundamentals").filter(entity_id=lines["entity_id"][0], version="original")
    finding = numbers_finding(load_settings(**settings))
    assert finding.is_well
    return Found(rows["period_end"].unique().sort().to_list(), finding.what)


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, Found]:
    """A home without the row, and one with it in its own rules: in one home rows that were there stay."""
    folder = tmp_path_factory.mktemp("succession")
    universe = replace(sample_universe(COMPANIES, SEED), succession=PASSED)
    rules = folder / "rules"
    rules.mkdir()
    known = (PROJECT_ROOT / "data" / "reference" / SUCCESSIONS_FILE).read_text(encoding="utf-8")
    (rules / SUCCESSIONS_FILE).write_text(known + ROW, encoding="utf-8")
    found = []
    with StandIn(universe) as standin:
        settings = settings_of(standin, folder)
        own = {name: value for name, value in settings.items() if name != "home"}
        make(folder / "home", AS_OF, tables=TABLES, **own)
        found.append(looked_at(folder / "home", settings))
        make(folder / "joined", AS_OF, tables=TABLES, **own, rules=rules)
        found.append(looked_at(folder / "joined", {**settings, "home": folder / "joined", "rules": rules}))
    return found[0], found[1]


def test_the_standin_divides_a_companys_filings_between_its_numbers() -> None:
    whole = sample_universe(COMPANIES, SEED)
    undivided = filings_by_company(whole)[PASSED.new_cik]
    divided = filings_by_company(replace(whole, succession=PASSED))
    old, new = divided[PASSED.old_cik], divided[PASSED.new_cik]
    assert new[0].form == "8-K12B"
    assert len(old) + len(new) == len(undivided) + 1
    assert max(one.filed for one in old) < PASSED.day <= min(one.filed for one in new)


@pytest.mark.drill
def test_without_the_row_years_are_missing_and_the_doctor_names_both_numbers(
    looks: tuple[Found, Found],
) -> None:
    years, told = looks[0]
    assert years[-1] == LAST_OF_OLD
    assert (
        f"(CIK {PASSED.old_cik:010d}) has its ticker {TICKER} today under CIK {PASSED.new_cik:010d}" in told
    )
    assert f"{PASSED.new_cik:010d}-22-000001 of {PASSED.day} it took over a registration" in told
    assert SUCCESSIONS_FILE in told


@pytest.mark.drill
def test_with_the_row_the_history_is_whole(looks: tuple[Found, Found]) -> None:
    years, told = looks[1]
    assert years[0] < dt.date(2011, 1, 1)
    assert set(years) >= {dt.date(year, 12, 31) for year in range(2012, 2026)}
    assert f"{PASSED.new_cik:010d}" not in told
