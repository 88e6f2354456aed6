"""The location merged into a user's own project: neither takes the other's names, and the nightly job makes
our tables alone.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from smallcap.pipelines.location import REFRESH_JOB, build_definitions
from smallcap.settings import load_settings

DAYS = dg.DailyPartitionsDefinition("2025-01-01")


@dg.asset(deps=[dg.AssetKey(["publish", "warehouse"])], partitions_def=DAYS)
def orders(lake: dg.ResourceParam[str]) -> None:
    """Take the day's orders from what is published."""


@pytest.fixture
def merged(tmp_path: Path) -> dg.Definitions:
    own = dg.Definitions(assets=[orders], resources={"run": "the user's run", "lake": "the user's lake"})
    return dg.Definitions.merge(build_definitions(load_settings(home=tmp_path)), own)


def test_a_project_with_other_partitions_and_resources_of_common_names_loads(merged: dg.Definitions):
    dg.Definitions.validate_loadable(merged)
    assert merged.resolve_asset_graph().get(orders.key).parent_keys == {dg.AssetKey(["publish", "warehouse"])}


def test_our_job_makes_our_tables_alone(merged: dg.Definitions):
    made = merged.resolve_job_def(REFRESH_JOB).asset_layer.executable_asset_keys
    assert dg.AssetKey(["publish", "report"]) in made
    assert orders.key not in made
