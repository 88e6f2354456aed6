"""A home whose digests are of another algorithm gets new ones: no table is made, and no file changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from smallcap.engine import code, redigest, staleness
from smallcap.engine.lineage import READS
from smallcap.engine.plan import make_plan, plan_run
from smallcap.engine.recipe import CODE, RULES
from smallcap.lake import Home, Lake, Stamp, YearStamp, digests
from smallcap.lake.digests import digest_text
from smallcap.settings import load_settings
from smallcap.sources.open import open_source
from smallcap.tables import TABLES
from tests.integration.homes import COMPANIES, LATER, contents, make, served, stale_years

FORMER, NEXT = "1", "3"
A_DIGEST_OF_MEMBERS = "#0123456789abcdef"


def files(home: Path) -> dict[str, str]:
    """The data files of all tables that a run makes, with digests of their bytes."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((home / "lake").rglob("*.parquet"))
        if "meta" not in path.parts
    }


def stamps(home: Path) -> dict[str, Stamp]:
    lake = Lake(home / "lake")
    return {name: lake.stamp(name) for name in TABLES}


def runs(home: Path) -> dict[str, dict[int, str]]:
    """The run that made each year of each table."""
    return {
        name: {year: made.run_id for year, made in stamp.years.items()}
        for name, stamp in stamps(home).items()
    }


def recipes(home: Path) -> dict[tuple[str, int], dict[str, str]]:
    """What each year of each table used besides the tables that it read."""
    return {
        (name, year): {key: used for key, used in made.inputs.items() if key not in READS}
        for name, stamp in stamps(home).items()
        for year, made in stamp.years.items()
    }


def algorithms(home: Path) -> set[str]:
    return {made.algorithm for stamp in stamps(home).values() for made in stamp.years.values()}


def made_by_a_run(home: Path) -> list[str]:
    """The tables of which a run of the later date would make anything."""
    settings = load_settings(home=home, sample_companies=COMPANIES)
    run = plan_run(settings, open_source(settings, None), LATER.year, LATER.year, LATER)
    return [step.table for step in make_plan(run).steps if step.years]


def restamp(home: Path, change: Callable[[str, int, YearStamp], YearStamp]) -> None:
    """Write other stamps for the rows that a home has."""
    lake = Lake(home / "lake")
    for name, stamp in stamps(home).items():
        years = {year: change(name, year, made) for year, made in stamp.years.items()}
        lake.restamp(name, replace(stamp, years=years))


def stamp_as_the_former_release(home: Path, members: Callable[[str], str] = lambda whole: whole) -> None:
    """Write stamps as the release before this algorithm did: no digest of rows or rules names a version.

    Its row hash was Polars' own, whose values do not matter here: any other digest of the same contents does.
    """
    content = {
        name: {year: digest_text(f"{name} {year} {made.content}") for year, made in stamp.years.items()}
        for name, stamp in stamps(home).items()
    }
    restamp(home, lambda name, year, made: replace(made, content=content[name][year]))
    former = stamps(home)

    def input_of(name: str, year: int, key: str, digest: str) -> str:
        if key in READS.get(name, {}):
            whole = staleness._of_years(name, key, year, former[key])
            return f"{members(whole)}{A_DIGEST_OF_MEMBERS}" if "#" in digest else whole
        if key.startswith(RULES):
            return digest.partition(":")[2]
        return digest_text(digest) if key == "dates" and "-" in digest else digest

    def change(name: str, year: int, made: YearStamp) -> YearStamp:
        return replace(
            made, inputs={key: input_of(name, year, key, digest) for key, digest in made.inputs.items()}
        )

    restamp(home, change)


def assert_renewed_without_making_anything(home: Path, algorithm: str) -> None:
    before = files(home), runs(home), served(home), contents(home)
    make(home, LATER)
    assert algorithms(home) == {algorithm}
    after = files(home), runs(home), served(home), contents(home)
    assert after[:3] == before[:3]
    assert all(before[3][name].equals(after[3][name]) for name in TABLES)
    assert made_by_a_run(home) == []
    assert stale_years(home) == {}


@pytest.mark.drill
def test_a_home_of_the_former_release_gets_new_digests_and_keeps_its_tables(home: Path):
    recipes_now = recipes(home)
    stamp_as_the_former_release(home)
    assert algorithms(home) == {FORMER}
    assert made_by_a_run(home) == []
    assert_renewed_without_making_anything(home, digests.ALGORITHM)
    assert recipes(home) == recipes_now


@pytest.mark.drill
def test_another_version_of_the_algorithm_renews_every_digest(home: Path, monkeypatch: pytest.MonkeyPatch):
    for module in (digests, staleness, redigest):
        monkeypatch.setattr(module, "ALGORITHM", NEXT)
    assert made_by_a_run(home) == []
    assert_renewed_without_making_anything(home, NEXT)


@pytest.mark.drill
def test_another_version_of_the_digest_of_code_renews_it(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(code, "ALGORITHM", NEXT)
    assert made_by_a_run(home) == []
    assert_renewed_without_making_anything(home, digests.ALGORITHM)
    assert {
        made.inputs[CODE].partition(":")[0]
        for name, stamp in stamps(home).items()
        for made in stamp.years.values()
        if name in READS
    } == {NEXT}


@pytest.mark.drill
def test_the_second_run_is_not_kept_from_ending_at_once(home: Path, smallcap: Callable[..., object]):
    stamp_as_the_former_release(home)
    first = smallcap("run", "--as-of", LATER, "--home", home)
    assert "nothing is out of date" not in first.err
    again = smallcap("run", "--as-of", LATER, "--home", home)
    assert "nothing is out of date" in again.err


@pytest.mark.drill
def test_a_year_that_is_out_of_date_stays_so_when_digests_are_renewed(home: Path):
    stamp_as_the_former_release(home)
    restamp(
        home,
        lambda name, year, made: (
            replace(made, inputs={**made.inputs, "core.members": "other"})
            if name == "marts.index_sectors"
            else made
        ),
    )
    assert made_by_a_run(home) == ["marts.index_sectors"]
    make(home, LATER, tables=["core.members"])
    assert algorithms(home) == {digests.ALGORITHM}
    assert made_by_a_run(home) == ["marts.index_sectors"]


@pytest.mark.drill
def test_members_rows_of_another_algorithm_count_as_the_same_after_a_publication_alone(home: Path):
    """Rows of other companies have come since: years differ, and digests of members do not compare."""
    stamp_as_the_former_release(home, members=lambda whole: whole[::-1])
    assert made_by_a_run(home) == []
    lake = Home(load_settings(home=home)).records
    newest = lake.read("meta.runs").sort("started_at").tail(1).with_columns(status=pl.lit("succeeded"))
    lake.upsert("meta.runs", newest.to_dicts())
    assert "core.metrics_as_of" in made_by_a_run(home)
