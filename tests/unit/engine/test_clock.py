"""A clock that went back: a run is refused with both times, and what to do works."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from smallcap.engine.clock import require_clock
from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.settings import load_settings
from smallcap.utc import utc_now

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(load_settings(home=tmp_path / "home", preset="sample"))
    home.prepare()
    return home


def record_run(home: Home, started_at: dt.datetime, finished_at: dt.datetime | None) -> None:
    home.records.run("one", "smallcap run", (2025, 2025), None, "sample", "published", started_at)
    row = home.records.read("meta.runs").row(0, named=True)
    home.records.upsert("meta.runs", [{**row, "finished_at": finished_at}])


def test_a_home_without_records_refuses_no_clock(home: Home) -> None:
    require_clock(home, None)


@pytest.mark.parametrize("ahead", [-1000, 0, 4])
def test_a_clock_that_is_corrected_by_some_minutes_is_no_clock_that_went_back(home: Home, ahead: int) -> None:
    record_run(home, utc_now() + ahead * MINUTE, utc_now() + ahead * MINUTE)
    require_clock(home, utc_now() + ahead * MINUTE)


@pytest.mark.parametrize("newest", ["start of a run", "end of a run", "publication"])
def test_a_run_under_a_clock_that_went_back_is_refused_with_both_times(home: Home, newest: str) -> None:
    later = utc_now() + 90 * MINUTE
    served_at = None
    if newest == "publication":
        served_at = later
    else:
        is_start = newest == "start of a run"
        record_run(home, later if is_start else utc_now(), utc_now() if is_start else later)
    with pytest.raises(InputError) as refused:
        require_clock(home, served_at)
    told = str(refused.value)
    times = [dt.datetime.fromisoformat(time) for time in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", told)]
    assert times[1] == later.replace(microsecond=0)
    assert dt.timedelta(0) <= utc_now() - times[0] < MINUTE
    assert refused.value.exit_code == 2

    minutes = int(re.findall(r"SMALLCAP_CLOCK_TOLERANCE_MINUTES=(\d+)", told)[0])
    allowed = load_settings(home=home.path, clock_tolerance_minutes=minutes)
    require_clock(Home(allowed), served_at)
