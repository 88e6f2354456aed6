"""Dagster's event log stays open while a run lasts, and is closed after it."""

from contextlib import nullcontext
from pathlib import Path

import dagster as dg
import pytest

from smallcap.assets.partitions import WHOLE_RANGE, YEARS
from smallcap.pipelines.event_log import NOT_STORED, kept_open, plan_checks_once

NORMAL = 1
"""What SQLite calls the mode in which only checkpoints wait for the disk."""


@pytest.fixture
def instance(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


def _run(instance):
    @dg.asset
    def made() -> None: ...

    job = dg.Definitions(
        assets=[made], jobs=[dg.define_asset_job("job", executor_def=dg.in_process_executor)]
    ).resolve_job_def("job")
    return job.execute_in_process(instance=instance).run_id


def _write_ahead_logs(instance):
    folder = Path(instance.event_log_storage.path_for_shard("index")).parent
    return {path.name.removesuffix(".db-wal") for path in folder.glob("*.db-wal")}


def test_the_files_of_the_log_and_of_its_index_stay_open_until_the_end(instance):
    with kept_open(instance):
        run_id = _run(instance)
        assert _write_ahead_logs(instance) >= {"index", run_id}
    assert not _write_ahead_logs(instance) & {"index", run_id}


def test_a_commit_waits_for_no_disk_and_is_safe_from_a_killed_process(instance):
    with kept_open(instance):
        run_id = _run(instance)
        with instance.event_log_storage.run_connection(run_id) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == NORMAL


def test_events_are_the_same_as_without(instance):
    with kept_open(instance):
        kept = instance.all_logs(_run(instance))
    plain = instance.all_logs(_run(instance))
    assert [event.dagster_event.event_type for event in kept] == [
        event.dagster_event.event_type for event in plain
    ]
    assert instance.get_latest_materialization_event(dg.AssetKey("made")).run_id == plain[0].run_id


def _versions_told(instance, versions, *, partitions_def=None, **kept):
    """Make an asset in each version, and one from it; return of what the second says it is made."""

    @dg.asset(partitions_def=partitions_def, backfill_policy=kept.get("backfill_policy"))
    def first() -> dg.Output[int]:
        return dg.Output(1, data_version=dg.DataVersion(versions[0]))

    @dg.asset(partitions_def=partitions_def, backfill_policy=kept.get("backfill_policy"))
    def second(first) -> int:
        return 2

    job = dg.Definitions(
        assets=[first, second],
        resources={"io_manager": dg.mem_io_manager},
        jobs=[dg.define_asset_job("job", executor_def=dg.in_process_executor)],
    ).resolve_job_def("job")
    tags = {"dagster/asset_partition_range_start": "2024", "dagster/asset_partition_range_end": "2025"}
    told = []
    while versions:
        run_id = job.execute_in_process(instance=instance, tags=tags if partitions_def else {}).run_id
        made = instance.get_latest_materialization_event(dg.AssetKey("second")).asset_materialization
        told.append(made.tags["dagster/input_data_version/first"])
        versions.pop(0)
    return told, run_id


@pytest.mark.parametrize("partitioned", [{}, {"partitions_def": YEARS, "backfill_policy": WHOLE_RANGE}])
def test_what_an_asset_was_made_from_is_told_as_without_and_is_never_that_of_an_earlier_run(
    instance, partitioned
):
    with kept_open(instance):
        kept, _ = _versions_told(instance, ["a", "b"], **partitioned)
    plain, _ = _versions_told(instance, ["a", "b"], **partitioned)
    assert kept == plain
    assert kept[0] != kept[1]


def test_what_a_step_reads_makes_no_events(instance):
    with kept_open(instance):
        _, run_id = _versions_told(instance, ["a"])
    assert not [event for event in instance.all_logs(run_id) if event.dagster_event_type in NOT_STORED]
    _, plain = _versions_told(instance, ["a"])
    assert {event.dagster_event_type for event in instance.all_logs(plain)} >= set(NOT_STORED)


def test_what_was_kept_open_is_read_afterwards(instance):
    with kept_open(instance):
        run_id = _run(instance)
    assert len(instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_SUCCESS)) == 1
    assert instance.get_latest_materialization_event(dg.AssetKey("made")).run_id == run_id


@pytest.mark.parametrize("is_planned_here", [True, False], ids=["by the command", "by another process"])
def test_a_check_is_planned_once_for_all_years_and_answered(instance, is_planned_here):
    @dg.resource
    def run(context: dg.InitResourceContext) -> None:
        if not is_planned_here:
            plan_checks_once(context.instance, context.run.run_id)

    @dg.asset(partitions_def=YEARS, backfill_policy=WHOLE_RANGE, required_resource_keys={"run"})
    def made() -> None: ...

    @dg.asset_check(asset=made)
    def sound() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    job = dg.Definitions(
        assets=[made],
        asset_checks=[sound],
        resources={"run": run},
        jobs=[dg.define_asset_job("job", executor_def=dg.in_process_executor)],
    ).resolve_job_def("job")
    tags = {"dagster/asset_partition_range_start": "2023", "dagster/asset_partition_range_end": "2025"}
    with kept_open(instance) if is_planned_here else nullcontext():
        job.execute_in_process(instance=instance, tags=tags)
    key = dg.AssetCheckKey(dg.AssetKey("made"), "sound")
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert [(record.status.value, record.partition) for record in history] == [("SUCCEEDED", None)]


def test_an_instance_that_keeps_its_events_in_memory_is_left_alone():
    with dg.DagsterInstance.ephemeral() as instance, kept_open(instance):
        assert instance.get_run_by_id(_run(instance)).is_success
