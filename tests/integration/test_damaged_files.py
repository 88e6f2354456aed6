"""What else of a home can be damaged: journal, record, catalogue, Dagster's databases, payloads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from smallcap.errors import DamagedCatalogueError, InputError
from smallcap.home_record import COPY, read_record
from smallcap.lake import Home, YearStamp
from smallcap.pipelines.instance import open_instance
from smallcap.repair.catalogue import repair_catalogue
from smallcap.repair.record import damage_of_record, repair_record
from smallcap.repair.steps import find_steps
from smallcap.settings import load_settings
from smallcap.sources.payloads import SnapshotStore
from smallcap.warehouse import published as read_published
from smallcap.warehouse import run_query
from tests.component.lake.test_store import prices
from tests.integration.published_lake import YEARS, copy_at, make_home, publish, reopened
from tests.tiers import others_in_drill

REQUEST = {"file": "a.csv"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one publication, moved away from its place `home`."""
    home = make_home(tmp_path_factory.mktemp("published") / "home")
    publish(home, "first")
    return home.path.rename(home.path.with_name("template"))


@pytest.fixture
def home(template: Path) -> Iterator[Home]:
    with copy_at(template.with_name("home"), template) as home:
        yield home


def repair(home: Home) -> list[str]:
    """Repair all that is found; return what was damaged."""
    steps = find_steps(home)
    for step in steps:
        step.do()
    assert find_steps(reopened(home)) == []
    return [step.damage for step in steps]


def test_a_sound_home_needs_no_repair(home: Home) -> None:
    assert find_steps(home) == []


@pytest.mark.drill
def test_after_a_damaged_journal_every_table_goes_back_to_what_is_served(home: Home) -> None:
    before = home.lake.read("raw.prices")
    home.open_run("bad", "smallcap run", "first")
    home.lake.write_years("raw.prices", prices((2020, 9, 99.0)), [2020], "bad")
    home.lake.write_years("core.rejects", home.lake.read("core.rejects"), [2020], "bad")
    home.close_run(is_successful=False)
    (home.path / "run.json").write_text("{ not json")
    (damage,) = repair(reopened(home))
    assert "run.json cannot be read" in damage
    later = reopened(home)
    assert later.lake.read("raw.prices").equals(before)
    assert not later.has_unfinished_run()
    assert len(list(home.path.glob("run.json.damaged-*"))) == 1


@pytest.mark.drill
def test_after_a_damaged_journal_of_a_home_that_serves_nothing_every_year_is_made_again(home: Home) -> None:
    shutil.rmtree(home.settings.warehouse_dir)
    (home.path / "run.json").write_text("[]")
    repair(home)
    assert all(not made.inputs for made in reopened(home).lake.stamp("raw.prices").years.values())


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("text", ["preset = \n", "[preset]\n", "preset = 'sample'\nsample_companies = 3\n"])
def test_a_damaged_record_is_replaced_by_its_copy(home: Home, text: str) -> None:
    before = read_record(home.path)
    (home.path / "home.toml").write_text(text)
    assert "home.toml" in str(damage_of_record(home.path))
    with pytest.raises(InputError, match=r"restore it by 'smallcap doctor --repair --home"):
        load_settings(home=home.path)
    repair_record(home.path)
    assert read_record(home.path) == before
    assert load_settings(home=home.path).sample_companies == 250
    assert len(list(home.path.glob("home.toml.damaged-*"))) == 1


@pytest.mark.parametrize("is_there", [False, True], ids=["gone", "empty"])
def test_a_record_that_is_gone_is_read_from_its_copy_so_that_no_other_universe_enters(
    home: Home, is_there: bool
) -> None:
    (home.path / "home.toml").unlink()
    if is_there:
        (home.path / "home.toml").write_text("\n")
    assert load_settings(home=home.path).sample_companies == 250
    with pytest.raises(InputError, match="holds another universe"):
        Home(load_settings(home=home.path, sample_companies=300)).prepare()
    reopened(home).prepare()
    assert (home.path / "home.toml").read_bytes() == (home.path / COPY).read_bytes()


def test_a_record_without_a_copy_is_named_with_what_to_write(home: Home) -> None:
    (home.path / COPY).unlink()
    (home.path / "home.toml").write_text("preset = \n")
    with pytest.raises(InputError, match=r"Write into home\.toml the settings"):
        repair_record(home.path)
    assert (home.path / "home.toml").exists()


def test_a_damaged_catalogue_is_rebuilt_from_the_lake_as_it_was(home: Home) -> None:
    publish(home, "second", close=20.0)
    served = home.settings.warehouse_dir / "warehouse.duckdb"
    before = read_published(home.settings.warehouse_dir)
    served.write_bytes(b"")
    assert "rebuilt from the lake, as run second published it" in repair_catalogue(home)
    after = read_published(home.settings.warehouse_dir)
    assert (after.run_id, after.tables) == (before.run_id, before.tables)
    assert after.meta["meta.runs"].equals(before.meta["meta.runs"])
    assert (home.settings.warehouse_dir / "warehouse.duckdb.damaged").exists()


@pytest.mark.drill
@pytest.mark.parametrize(
    "why",
    others_in_drill(["a run failed since", "a file is gone", "a repaired year"], kept=["a run failed since"]),
)
def test_an_earlier_catalogue_is_served_where_the_lake_holds_something_else(home: Home, why: str) -> None:
    publish(home, "second", close=20.0)
    if why == "a run failed since":
        home.open_run("bad", "smallcap run", "second")
        home.close_run(is_successful=False)
    elif why == "a file is gone":
        home.lake.files("raw.prices")[-1].unlink()
    else:
        repaired = home.lake.stamp("raw.prices").with_years({2020: YearStamp("repair", "", 0)}, "repair", {})
        home.lake.restamp("raw.prices", repaired)
    (home.settings.warehouse_dir / "warehouse.duckdb").write_bytes(b"")
    assert "that of run first, an earlier one, is served" in repair_catalogue(home)
    rows = run_query(home.settings.warehouse_dir, "SELECT DISTINCT year FROM raw.prices ORDER BY year").rows
    assert rows == tuple((year,) for year in YEARS)


def test_with_nothing_to_serve_again_the_message_names_the_run(home: Home) -> None:
    home.open_run("bad", "smallcap run", "first")
    home.close_run(is_successful=False)
    (home.settings.warehouse_dir / "warehouse.duckdb").write_bytes(b"")
    with pytest.raises(DamagedCatalogueError, match="'smallcap run' rebuilds it"):
        repair_catalogue(home)


def test_a_damaged_database_of_dagster_is_moved_aside_and_begun_anew(home: Home) -> None:
    with open_instance(home.settings) as instance:
        instance.get_runs(limit=1)
    database = home.settings.dagster_dir / "history" / "runs.db"
    database.write_bytes(b"no database" * 1000)
    (damage,) = repair(home)
    assert str(database) in damage
    with open_instance(home.settings) as instance:
        assert list(instance.get_runs()) == []
    assert len(list(database.parent.glob("runs.db.damaged-*"))) == 1


@pytest.mark.parametrize("what", others_in_drill(["payload", "description", "gone"], kept=["payload"]))
def test_a_damaged_payload_is_moved_aside_and_counts_as_not_fetched(home: Home, what: str) -> None:
    store = SnapshotStore(home.settings.snapshots_dir)
    for name in ("vendor", "other"):
        store.keep(name, "prices", REQUEST, b"payload")
    description = next((store.root / "vendor" / "prices").glob("*.json"))
    payload = description.with_suffix(".zst")
    if what == "gone":
        payload.unlink()
    else:
        (payload if what == "payload" else description).write_bytes(b"garbled")
    (damage,) = repair(home)
    assert str(description) in damage
    assert store.find("vendor", "prices", REQUEST) is None
    assert store.find("other", "prices", REQUEST) == b"payload"


@pytest.mark.drill
def test_several_damages_are_repaired_together(home: Home) -> None:
    publish(home, "second", close=20.0)
    home.lake.files("raw.prices")[0].unlink()
    (home.path / "run.json").write_text("{ not json")
    (home.settings.warehouse_dir / "warehouse.duckdb").write_bytes(b"")
    assert len(repair(home)) == 3
    rows = run_query(home.settings.warehouse_dir, "SELECT count(*) FROM raw.prices").rows
    assert rows == ((6,),)
