"""A home after hundreds of commits that nothing retains: stamps, undo and rollback find what they need."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs.schema import RunTagsTable, SnapshotsTable
from deltalake import DeltaTable

from smallcap.assets.table_asset import asset_key
from smallcap.errors import MissingStampError
from smallcap.lake import Home, Lake
from smallcap.lake.log_files import CHECKPOINT_EVERY, LOG_DIR
from smallcap.lake.stamp_files import STAMPS_DIR
from smallcap.lake.upkeep import keep_up, runs_in_use
from smallcap.pipelines.history import prune_history
from smallcap.pipelines.instance import open_instance
from smallcap.settings import Settings, load_settings
from smallcap.tables import TABLES
from smallcap.warehouse import rollback, served_run_id, versions_in_use
from tests.integration.homes import (
    COMPANIES,
    LATER,
    assert_same_contents,
    contents,
    copy_home,
    make,
    served,
)

PRICES = "raw.prices"
COMMITS, CLEAN_EVERY = 300, 40
YEAR = LATER.year


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home=home, sample_companies=COMPANIES, vacuum_days=0)


def commit_again_and_again(run: Home, rows: pl.DataFrame) -> None:
    """Commit other rows of a year, with a clean-up from time to time as after a publication."""
    for number in range(COMMITS):
        changed = rows.with_columns(pl.col("close_usd") + number + 1)
        run.lake.write_years(PRICES, changed, [YEAR], f"bad {number}")
        if number % CLEAN_EVERY == 0:
            keep_up(run, versions_in_use(run.settings.warehouse_dir, run.path))


@pytest.mark.drill
def test_after_300_commits_without_retention_stamps_undo_and_rollback_are_as_before(
    home: Path, settings: Settings, tmp_path: Path
) -> None:
    untouched = copy_home(home, tmp_path / "untouched")
    stamps = {name: Home(settings).lake.stamp(name) for name in TABLES}
    own = str(served_run_id(settings.warehouse_dir))

    run = Home(settings)
    run.open_run("bad", "run", own)
    commit_again_and_again(run, run.lake.read(PRICES, [YEAR]))
    assert run.lake.stamp(PRICES).years[YEAR].run_id == f"bad {COMMITS - 1}"
    log = run.lake.folder(PRICES) / LOG_DIR
    versions = len(versions_in_use(settings.warehouse_dir, home)[PRICES]) + 2
    assert len(list(log.iterdir())) <= versions * (CHECKPOINT_EVERY + 2) + 2 * CLEAN_EVERY
    run.close_run(is_successful=False)

    later = Home(settings)
    assert later.open_run("next", "run", own) == "bad"
    keep_up(later, versions_in_use(settings.warehouse_dir, later.path))
    later.close_run(is_successful=True)
    assert_same_contents(home, untouched)
    assert {name: later.lake.stamp(name) for name in TABLES} == stamps
    assert served(home) == served(untouched)

    assert rollback(settings.warehouse_dir) == rollback(untouched / "warehouse")
    assert served(home) == served(untouched)


@pytest.mark.drill
def test_a_run_makes_a_table_again_whose_stamp_is_gone(home: Path, tmp_path: Path) -> None:
    untouched = copy_home(home, tmp_path / "untouched")
    name = "marts.quality_scores"
    table = Home(load_settings(home=home)).lake.folder(name)
    DeltaTable(table).create_checkpoint()
    for file in (*(table / LOG_DIR).glob("*.json"), *(table / STAMPS_DIR).iterdir()):
        file.unlink()
    with pytest.raises(MissingStampError, match="'smallcap run' repairs the table"):
        Lake(home / "lake").stamp(name)
    assert served(home) == served(untouched)
    make(home, LATER)
    assert contents(home, [name])[name].equals(contents(untouched, [name])[name])
    assert served(home)[name] == served(untouched)[name]


def rows_about(instance: dg.DagsterInstance, run_id: str) -> int:
    """Count what Dagster's databases hold of a run."""
    counted = 0
    for connect, table in (
        (instance.event_log_storage.index_connection, AssetCheckExecutionsTable),
        (instance.run_storage.connect, RunTagsTable),
    ):
        with connect() as connection:
            counted += len(connection.execute(table.select().where(table.c.run_id == run_id)).fetchall())
    return counted


def snapshots(instance: dg.DagsterInstance) -> set[str]:
    """The snapshots of jobs and plans that Dagster holds."""
    with instance.run_storage.connect() as connection:
        return {row.snapshot_id for row in connection.execute(SnapshotsTable.select()).fetchall()}


def test_of_old_runs_dagster_keeps_nothing_but_those_that_wrote_what_is_stored(settings: Settings) -> None:
    own = str(served_run_id(settings.warehouse_dir))
    with open_instance(settings) as instance:
        earlier = next(run_id for run_id in instance.get_run_ids() if run_id != own)
        assert prune_history(instance, 1, runs_in_use(Home(settings))) == []
        assert rows_about(instance, earlier) > 0

        assert prune_history(instance, 1, ()) == [earlier]
        assert instance.get_run_ids() == [own]
        assert rows_about(instance, earlier) == 0
        assert rows_about(instance, own) > 0
        kept = instance.get_run_by_id(own)
        assert snapshots(instance) == {kept.job_snapshot_id, kept.execution_plan_snapshot_id}
        assert instance.all_logs(own) != []
    assert [path for path in settings.dagster_dir.rglob("*") if earlier in path.name] == []


@pytest.mark.drill
def test_the_snapshots_of_another_plan_go_with_its_last_run(home: Path, settings: Settings) -> None:
    own = str(served_run_id(settings.warehouse_dir))
    selected = make(home, LATER, tables=["raw.factors"], is_forced=True)
    with open_instance(settings) as instance:
        of_the_other = snapshots_of(instance, own)
        # A job of some tables alone refers to the whole job.
        of_the_selection = snapshots_of(instance, selected)
        assert len(of_the_selection) == 3
        assert snapshots(instance) >= of_the_other | of_the_selection
        assert of_the_other - of_the_selection
        prune_history(instance, 1, ())
        assert snapshots(instance) == of_the_selection
    whole = make(home, LATER, is_forced=True)
    with open_instance(settings) as instance:
        prune_history(instance, 1, ())
        assert snapshots(instance) == snapshots_of(instance, whole)


def snapshots_of(instance: dg.DagsterInstance, run_id: str) -> set[str | None]:
    """The snapshots of a run's job and plan, and of the job that its job is a part of."""
    run = instance.get_run_by_id(run_id)
    lineage = instance.get_job_snapshot(run.job_snapshot_id).lineage_snapshot
    parent = set() if lineage is None else {lineage.parent_snapshot_id}
    return {run.job_snapshot_id, run.execution_plan_snapshot_id, *parent}


def test_every_stored_year_still_shows_in_dagster_after_its_history_was_pruned(settings: Settings) -> None:
    home = Home(settings)
    with open_instance(settings) as instance:
        prune_history(instance, 1, runs_in_use(home))
        for name in TABLES:
            if TABLES[name].is_partitioned and name != "core.rejects":
                shown = instance.get_materialized_partitions(asset_key(name))
                assert {int(year) for year in shown} >= set(home.lake.years(name)), name
