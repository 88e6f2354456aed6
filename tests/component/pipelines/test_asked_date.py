"""The date of a run: of its tag or of the launchpad, in a year of the run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from smallcap.assets.table_asset import RUN_RESOURCE
from smallcap.errors import InputError
from smallcap.pipelines.location import REFRESH_JOB, build_definitions
from smallcap.pipelines.resources import asked_date
from smallcap.settings import load_settings


def test_a_date_in_a_year_of_the_run_is_taken():
    assert asked_date("2025-06-30", [2024, 2025]) == dt.date(2025, 6, 30)


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_date_the_month_ends_are_made(text: str | None):
    assert asked_date(text, [2025]) is None


def test_a_date_in_another_year_is_refused():
    with pytest.raises(InputError, match="in none of the years of this run; choose the partition 2023"):
        asked_date("2023-06-30", [2024, 2025])


def test_what_is_no_date_is_refused():
    with pytest.raises(InputError, match="'30/06/2025' is not a date"):
        asked_date("30/06/2025", [2025])


def test_the_launchpad_takes_a_date_and_needs_none(tmp_path: Path):
    job = build_definitions(load_settings(home=tmp_path)).resolve_job_def(REFRESH_JOB)
    asked = {"resources": {RUN_RESOURCE: {"config": {"as_of": "2025-06-30"}}}}
    assert dg.validate_run_config(job, asked)
    assert dg.validate_run_config(job, {})
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, {"resources": {RUN_RESOURCE: {"config": {"date": "2025-06-30"}}}})
