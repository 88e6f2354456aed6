"""The calendar years as partitions: counted, and the same years that Dagster finds by its schedule."""

from __future__ import annotations

import datetime as dt

import dagster as dg
import pytest

from smallcap.assets.partitions import YEARS
from smallcap.engine.lineage import FIRST_YEAR


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2025, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC),
    ],
)
def test_the_keys_are_those_that_dagster_finds(now: dt.datetime) -> None:
    keys = YEARS.get_partition_keys(now)
    assert keys == dg.TimeWindowPartitionsDefinition.get_partition_keys(YEARS, now)
    assert (keys[0], keys[-1]) == (str(FIRST_YEAR), str(now.year))


def test_the_running_year_is_the_last_one() -> None:
    with dg.partition_loading_context(dt.datetime(2027, 3, 1, tzinfo=dt.UTC)):
        assert YEARS.get_partition_keys()[-1] == "2027"
