"""A year comes out the same whichever range it is made in, and whatever was there before."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.lake import Home, Lake
from smallcap.pipelines.execute import run_years
from smallcap.settings import load_settings
from smallcap.tables import TABLES

# The small case is in test_point_in_time.py: two years by themselves equal those years of twenty.
pytestmark = pytest.mark.drill
SNAPSHOTS = [name for name, table in TABLES.items() if table.kind == "snapshot"]


pytestmark = pytest.mark.drill
YEARS = (2025, 2023, 2024)
"""In the order in which they are made one by one."""


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """The lake of one run over all years, and that of a run over each year, out of order."""
    at_once, one_by_one = (
        load_settings(home=tmp_path_factory.mktemp(name) / "home", preset="sample", sample_companies=200)
        for name in ("once", "each")
    )
    for settings, ranges in (
        (at_once, [(min(YEARS), max(YEARS))]),
        (one_by_one, [(year, year) for year in YEARS]),
    ):
        Home(settings).prepare()
        for first, last in ranges:
            run_years(settings, first, last, command="test")
    return Lake(at_once.lake_dir), Lake(one_by_one.lake_dir)


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_years_at_once_equal_years_one_by_one(lakes, name):
    at_once, one_by_one = (lake.read(name, sorted(YEARS)) for lake in lakes)
    assert at_once.height > 0
    assert_frame_equal(at_once, one_by_one, check_exact=True)


def test_the_records_of_a_member_are_the_same_however_they_were_fetched(lakes):
    members = lakes[0].read("core.members", [2025]).select("entity_id").unique()
    metrics = [
        lake.read("core.annual_metrics", range(2017, 2026)).join(members, on="entity_id", how="semi")
        for lake in lakes
    ]
    assert metrics[0].height > members.height
    assert_frame_equal(*metrics, check_exact=True)


def test_what_became_of_a_year_is_told_once_both_years_are_there(lakes):
    summary = lakes[1].read("marts.quality_summary", [2025])
    december = summary.filter(
        pl.col("as_of").dt.month() == 12, pl.col("variant") == "base", pl.col("basis") == "point_in_time"
    )
    assert december["formed_as_of"].dt.year().unique().to_list() == [2024]
