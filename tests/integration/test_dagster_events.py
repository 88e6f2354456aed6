"""What a run tells Dagster: each materialisation carries the version of its contents and of its code, and how
many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from smallcap.assets.table_asset import asset_key
from smallcap.engine.lineage import READS
from smallcap.errors import AuditError
from smallcap.lake import Lake
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.pipelines import checks
from smallcap.pipelines.checks import NOT_MADE
from smallcap.pipelines.instance import open_instance
from smallcap.pipelines.location import build_definitions
from smallcap.settings import Settings, load_settings
from smallcap.tables import TABLES
from tests.integration.homes import COMPANIES, LATER, copy_home, make

DATA_VERSION, CODE_VERSION = "dagster/data_version", "dagster/code_version"


@pytest.fixture(scope="module")
def as_made(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the small home that is only read, by Dagster, which opens its storage for writing."""
    home = copy_home(small_home, tmp_path_factory.mktemp("as_made") / "home")
    return load_settings(home=home, sample_companies=COMPANIES)


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home=home, sample_companies=COMPANIES)


def materialisations(settings: Settings, key: dg.AssetKey) -> list[dg.AssetMaterialization]:
    """The materialisations of an asset, the newest first."""
    with open_instance(settings) as instance:
        return [
            record.asset_materialization for record in instance.fetch_materializations(key, limit=100).records
        ]


def newest_of_every_table(settings: Settings) -> Iterator[tuple[str, dg.AssetMaterialization]]:
    """Each table's materialisation of the run's own year, which is reported last."""
    for name in READS:
        yield name, materialisations(settings, asset_key(name))[0]


@pytest.mark.drill
def test_each_materialisation_carries_the_version_of_its_contents_and_of_its_code(as_made: Settings):
    lake = Lake(as_made.lake_dir)
    code = {spec.key: spec.code_version for spec in build_definitions(as_made).resolve_all_asset_specs()}
    for name, newest in newest_of_every_table(as_made):
        stamp, year = lake.stamp(name), LATER.year if TABLES[name].is_partitioned else UNPARTITIONED
        assert newest.partition == (str(year) if year else None)
        assert newest.tags[DATA_VERSION] == stamp.version([year])
        assert newest.tags[CODE_VERSION] == code[asset_key(name)]
        assert newest.metadata["dagster/row_count"].value == lake.read(name).height
        assert newest.metadata["is_changed"].value in (True, False)


@pytest.mark.drill
def test_a_year_made_beyond_the_runs_range_carries_its_own_version(as_made: Settings):
    stamp = Lake(as_made.lake_dir).stamp("core.annual_metrics")
    found = {
        made.partition: made for made in reversed(materialisations(as_made, asset_key("core.annual_metrics")))
    }
    assert {int(year) for year in found} == set(stamp.years)
    for year, made in found.items():
        assert made.tags[DATA_VERSION] == stamp.version([int(year)])
        assert made.metadata["dagster/partition_row_count"].value == stamp.years[int(year)].rows


@pytest.mark.drill
def test_a_run_that_changes_nothing_reports_the_same_versions(home: Path, settings: Settings):
    before = {name: made.tags[DATA_VERSION] for name, made in newest_of_every_table(settings)}
    published = materialisations(settings, dg.AssetKey(["publish", "warehouse"]))[0].tags[DATA_VERSION]
    make(home, LATER)
    for name, newest in newest_of_every_table(settings):
        assert newest.metadata["is_changed"].value is False
        assert newest.tags[DATA_VERSION] == before[name]
    assert (
        materialisations(settings, dg.AssetKey(["publish", "warehouse"]))[0].tags[DATA_VERSION] == published
    )


@pytest.mark.drill
def test_a_changed_input_is_a_new_version_of_what_is_made_from_it(home: Path, settings: Settings):
    before = {name: made.tags[DATA_VERSION] for name, made in newest_of_every_table(settings)}
    make(home, LATER.replace(month=2, day=28))
    after = {name: made.tags[DATA_VERSION] for name, made in newest_of_every_table(settings)}
    changed = {name for name in READS if after[name] != before[name]}
    assert {"core.members", "marts.quality_scores"} <= changed
    assert not changed & {"raw.factors", "core.annual_metrics"}


@pytest.mark.drill
def test_every_check_of_a_run_is_answered_with_what_it_counted(as_made: Settings):
    specs = [spec for check in build_definitions(as_made).asset_checks or () for spec in check.check_specs]
    with open_instance(as_made) as instance:
        answers = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [spec.key for spec in specs]
        )
    for spec in specs:
        answer = answers[spec.key]
        # A check that is planned for years and answered for none is shown as skipped.
        assert answer.status != AssetCheckExecutionRecordStatus.PLANNED, spec.key
        assert answer.evaluation.passed or answer.evaluation.severity == dg.AssetCheckSeverity.WARN, spec.key
        assert answer.evaluation.metadata or answer.evaluation.description == NOT_MADE, spec.key


def test_a_check_that_fails_shows_how_many_rows_and_the_first_of_them(
    home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    rows = [{"as_of": LATER, "weight": 2.0}, {"as_of": LATER, "weight": None}]
    monkeypatch.setattr(checks, "offending_rows", lambda *asked: (7, rows))
    with pytest.raises(AuditError):
        make(home, LATER.replace(month=2, day=28))
    key = dg.AssetCheckKey(asset_key("core.members"), "weights_sum_to_one")
    with open_instance(settings) as instance:
        answer = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert answer.status == AssetCheckExecutionRecordStatus.FAILED
    assert answer.evaluation.metadata["offending_rows"].value == 7
    shown = [record.data for record in answer.evaluation.metadata["examples"].records]
    assert shown == [{"as_of": "2025-01-31", "weight": "2.0"}, {"as_of": "2025-01-31", "weight": "None"}]
