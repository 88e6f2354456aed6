"""Who asked for a run, in words: a command, the schedule, a backfill or a person in Dagster's UI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dagster as dg

COMMAND_TAG = "smallcap/command"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
SCHEDULE_TAG = "dagster/schedule_name"
SENSOR_TAG = "dagster/sensor_name"
BACKFILL_TAG = "dagster/backfill"
SCHEDULE_COMMAND = "dagster schedule {}"
ANY_ASSETS = "__ASSET_JOB"
"""Beginning of the names of jobs that Dagster makes for assets that a person chose."""


def asked_by(run: dg.DagsterRun, years: Sequence[int]) -> str:
    """Say who asked for a run, as records, `status` and the log show it.

    Parameters
    ----------
    run
        The run of Dagster.
    years
        The years that it asks for.
    """
    tags: Mapping[str, str] = run.tags
    if COMMAND_TAG in tags:
        return tags[COMMAND_TAG]
    if SCHEDULE_TAG in tags:
        return SCHEDULE_COMMAND.format(tags[SCHEDULE_TAG])
    if SENSOR_TAG in tags:
        return f"dagster sensor {tags[SENSOR_TAG]}"
    of_years = f" of {_in_words(years)}" if years else ""
    if BACKFILL_TAG in tags:
        return f"dagster backfill{of_years}"
    if run.job_name.startswith(ANY_ASSETS):
        return f"dagster materialize{of_years}"
    return f"dagster job {run.job_name}{of_years}"


def _in_words(years: Sequence[int]) -> str:
    first, last = min(years), max(years)
    return str(first) if first == last else f"{first} to {last}"
