"""A public home takes the running month's members from the fund's file of the day, and keeps every file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.sources.ishares.download import DATASET, SOURCE, stated_date
from smallcap.sources.nport.choice import DAILY
from smallcap.sources.payloads import SnapshotStore
from tests.integration.homes import make
from tests.integration.test_public_preset import COMPANIES, SEED, settings_of
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe

# Two days on which the home runs, and the sessions before them, of which the fund's file then is.
FIRST, SECOND = dt.date(2026, 6, 16), dt.date(2026, 6, 30)
FILES = {FIRST: dt.date(2026, 6, 15), SECOND: dt.date(2026, 6, 29)}
TABLES = ["raw.securities", "raw.constituents"]


@pytest.mark.drill
def test_the_running_months_members_are_those_of_the_file_of_the_day_and_every_file_is_kept(
    tmp_path: Path,
) -> None:
    universe = sample_universe(COMPANIES, SEED)
    home = tmp_path / "home"
    found = {}
    with StandIn(universe) as standin:
        own = {name: value for name, value in settings_of(standin, tmp_path).items() if name != "home"}
        for day in (FIRST, SECOND):
            standin.configure(today=str(day))
            given = {**own, "clock": str(day), "ishares_base_url": standin.url}
            make(home, day, tables=TABLES, **given, running_period_max_age_hours=0)
            rows = Lake(home / "lake").read("raw.constituents")
            found[day] = rows.filter(pl.col("as_of") == day)
        asked = standin.counts()
    # Reports of June become public in August, so the fund's file is the only list of the month.
    for day, members in found.items():
        assert members["snapshot_date"].unique().to_list() == [FILES[day]]
        assert members["fund"].unique().to_list() == [f"IWM{DAILY}"]
        assert members["list_available_date"].unique().to_list() == [day]
        assert members.height > 20
    assert asked["/ishares/new"] == len(FILES)
    kept = [stated_date(one.payload, "") for one in SnapshotStore(home / "snapshots").every(SOURCE, DATASET)]
    assert kept == list(FILES.values())
