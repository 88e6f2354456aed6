"""Who asked for a run, in the words that `status`, the records and the log show."""

from __future__ import annotations

import dagster as dg
import pytest

from smallcap.pipelines.asked_by import asked_by


@pytest.mark.parametrize(
    ("job", "tags", "years", "told"),
    [
        ("refresh", {"smallcap/command": "smallcap run"}, [2025], "smallcap run"),
        ("refresh", {"dagster/schedule_name": "nightly"}, [2025, 2026], "dagster schedule nightly"),
        ("refresh", {"dagster/sensor_name": "new_filings"}, [2026], "dagster sensor new_filings"),
        ("__ASSET_JOB", {"dagster/backfill": "abc"}, [2023, 2024, 2025], "dagster backfill of 2023 to 2025"),
        ("__ASSET_JOB", {"dagster/partition": "2025"}, [2025], "dagster materialize of 2025"),
        ("__ASSET_JOB_1", {}, [], "dagster materialize"),
        ("refresh", {"dagster/partition": "2025"}, [2025], "dagster job refresh of 2025"),
    ],
)
def test_a_run_is_named_by_who_asked_for_it(
    job: str, tags: dict[str, str], years: list[int], told: str
) -> None:
    assert asked_by(dg.DagsterRun(job_name=job, tags=tags), years) == told
