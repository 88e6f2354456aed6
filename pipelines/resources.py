"""The run as a resource: it claims the home before the first step, and gives it back after the last."""

import datetime as dt
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial

import dagster as dg
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError

from smallcap.engine.clock import require_clock
from smallcap.engine.context import Run, open_run
from smallcap.engine.redigest import renew_digests
from smallcap.errors import InputError, SmallcapError
from smallcap.lake import Home
from smallcap.lake.upkeep import runs_in_use
from smallcap.pipelines.asked_by import (
    BACKFILL_TAG,
    COMMAND_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    asked_by,
)
from smallcap.pipelines.event_log import plan_checks_once
from smallcap.pipelines.failures import explained_failure
from smallcap.pipelines.history import prune_history
from smallcap.pipelines.logged import failure_logged, log_end
from smallcap.repair.steps import Step, record_checksums, repair_tables
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.sources.payloads import SnapshotStore
from smallcap.warehouse import served_run_id
from smallcap.warehouse.reading import served_at

AS_OF_TAG = "smallcap/as_of"
FORCE_TAG = "smallcap/force"
LONGEST_WAIT_SECONDS = 6 * 3600
FAILURES = {
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELING,
}


class RunResource(dg.ConfigurableResource[Run]):
    """The run: home, source, years and dates. It holds the home from the first step to the last."""

    # The settings come from the location, never from Dagster's run configuration: they are recorded in the
    # home.
    settings: dg.ResourceDependency[Settings]
    as_of: str | None = Field(
        None, description="a date to make, such as 2025-06-30, in a year of the run; none: the month ends"
    )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Run, None, None]:
        """Claim the home, hand out the run, and write its records when it has ended."""
        dagster_run = context.run
        if dagster_run is None or context.instance is None:
            raise dg.DagsterInvariantViolationError("smallcap's assets run within a Dagster run")
        tags, settings = dagster_run.tags, self.settings
        home = Home(settings)
        command = asked_by(dagster_run, years := _years(tags, context.instance))
        # A command logs its own end, with its exit code.
        with nullcontext() if COMMAND_TAG in tags else failure_logged(settings, command):
            run = self._begun(home, context.instance, dagster_run, command, years)
        is_successful, begun = False, time.monotonic()
        try:
            plan_checks_once(context.instance, dagster_run.run_id)
            _renew_digests(run, context)
            _prune_history(run, context)
            yield run
            is_successful = not _has_failed(context.instance, dagster_run.run_id)
        finally:
            if not run.log.is_published:
                run.log.flush("succeeded" if is_successful else "failed")
            # What is published is complete, whatever failed since: undone after a rollback, it would not be
            # fetched again.
            is_kept = is_successful or run.log.is_published
            home.close_run(is_successful=is_kept, record=partial(_record, run, is_successful))
            if COMMAND_TAG not in tags:
                _log(settings, context.instance, dagster_run.run_id, command, time.monotonic() - begun)

    def _begun(
        self,
        home: Home,
        instance: dg.DagsterInstance,
        dagster_run: dg.DagsterRun,
        command: str,
        years: Sequence[int],
    ) -> Run:
        """Claim the home, undo and repair what an earlier run left, and put together what the run needs."""
        tags, settings = dagster_run.tags, self.settings
        home.prepare()
        require_clock(home, served_at(settings.warehouse_dir))
        source = open_source(settings, SnapshotStore(settings.snapshots_dir))
        as_of = asked_date(tags.get(AS_OF_TAG) or self.as_of, years)
        # A person at a terminal is told at once that the home is busy; a run of the schedule or the UI waits
        # its turn.
        wait_seconds = 0 if COMMAND_TAG in tags else LONGEST_WAIT_SECONDS
        # A damaged catalogue does not say whose it is. Then an unfinished run is undone, also if it was that
        # one: this run makes again what is undone, while keeping what was half made would publish it.
        unfinished = home.open_run(
            dagster_run.run_id, command, served_run_id(settings.warehouse_dir), wait_seconds
        )
        _report_dead_run(instance, unfinished)
        repaired = _repair(home)
        run = open_run(
            home,
            source,
            settings,
            dagster_run.run_id,
            command,
            years,
            as_of,
            is_forced=FORCE_TAG in tags,
        )
        _report_repairs(run, repaired)
        return run


def _record(run: Run, is_successful: bool) -> None:
    """Record what must not be recorded of a run that is undone: its requests, and checksums of its files."""
    if is_successful or run.log.is_published:
        run.log.flush_fetched()
    if is_successful:
        record_checksums(run.home)


def _log(settings: Settings, instance: dg.DagsterInstance, run_id: str, command: str, seconds: float) -> None:
    """Log how a run of the schedule or the UI ended; a command logs its own, with its exit code."""
    failures = instance.all_logs(run_id, of_type=FAILURES)
    messages = [entry.user_message for entry in failures if entry.user_message]
    code, message = explained_failure(failures)
    log_end(settings, command, code, message or "; ".join(messages), seconds)


def _repair(home: Home) -> list[Step]:
    """Repair what is damaged of the lake, or give the home back where that is not possible."""
    try:
        return repair_tables(home, is_deep=True)
    except BaseException:
        home.close_run(is_successful=False)
        raise


def _report_repairs(run: Run, steps: Sequence[Step]) -> None:
    """Record repairs as warnings among the tables' checks, which the run's summary shows."""
    for step in steps:
        run.log.note_check(step.table, "stored_files", "warned", f"{step.damage}; {step.remedy}", [])


def _renew_digests(run: Run, context: dg.InitResourceContext) -> None:
    renewed = renew_digests(run.home.lake, run.digests)
    if renewed and context.log is not None:
        context.log.info("digests of an earlier algorithm were replaced for %s tables", len(renewed))


def _prune_history(run: Run, context: dg.InitResourceContext) -> None:
    """Delete old runs from Dagster's history; where that fails, the run is as good as it was."""
    if context.instance is None:
        return
    try:
        prune_history(context.instance, run.settings.keep_runs, runs_in_use(run.home))
    except (SQLAlchemyError, OSError, SmallcapError) as error:
        if context.log is not None:
            context.log.warning("Dagster's history of old runs could not be deleted: %s", error)


def _report_dead_run(instance: dg.DagsterInstance, run_id: str | None) -> None:
    """Report to Dagster that a run was killed: otherwise it would show as running for ever."""
    killed = instance.get_run_by_id(run_id) if run_id else None
    if killed is not None and not killed.is_finished:
        instance.report_run_failed(
            killed, "The run was killed; what it left unfinished was undone by the next run."
        )


def _years(tags: Mapping[str, str], instance: dg.DagsterInstance) -> list[int]:
    if RANGE_START_TAG in tags:
        return list(range(int(tags[RANGE_START_TAG]), int(tags[RANGE_END_TAG]) + 1))
    if "dagster/partition" in tags:
        return [int(tags["dagster/partition"])]
    return _years_of_backfill(instance, tags[BACKFILL_TAG]) if BACKFILL_TAG in tags else []


def _years_of_backfill(instance: dg.DagsterInstance, backfill_id: str) -> list[int]:
    """Return the years of a backfill, whose runs of tables without partitions name no year."""
    backfill = instance.get_backfill(backfill_id)
    if backfill is None or backfill.asset_backfill_data is None:
        return []
    subsets = backfill.asset_backfill_data.target_subset.partitions_subsets_by_asset_key.values()
    return sorted({int(year) for subset in subsets for year in subset.get_partition_keys()})


def asked_date(text: str | None, years: Sequence[int]) -> dt.date | None:
    """Return the date that a run is asked for, by its tag or in the launchpad.

    Raises
    ------
    InputError
        When it is not a date, or in none of the years of the run.
    """
    if not text:
        return None
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"as_of '{text}' is not a date: write it as 2025-12-31") from None
    if date.year not in years:
        raise InputError(
            f"as_of {date} is in none of the years of this run; choose the partition {date.year}"
        )
    return date


def _has_failed(instance: dg.DagsterInstance, run_id: str) -> bool:
    return bool(instance.all_logs(run_id, of_type=FAILURES))
