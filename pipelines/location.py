"""What a Dagster location of one home holds: all assets, checks, the job, the nightly schedule, the resources."""

from __future__ import annotations

import dagster as dg

import smallcap.assets.core
import smallcap.assets.marts
import smallcap.assets.publish
import smallcap.assets.raw
from smallcap.assets.table_asset import LAKE_RESOURCE, RUN_RESOURCE
from smallcap.pipelines.checks import all_checks
from smallcap.pipelines.io import LakeIOManager
from smallcap.pipelines.resources import RunResource
from smallcap.pipelines.schedules import nightly_schedule
from smallcap.settings import Settings

REFRESH_JOB = "refresh"


def build_definitions(settings: Settings) -> dg.Definitions:
    """Assemble the location for one home.

    Parameters
    ----------
    settings
        The settings of every run in this location.
    """
    refresh = dg.define_asset_job(
        REFRESH_JOB,
        selection=dg.AssetSelection.all(),
        description="Every table of a range of years, its checks, and the published warehouse.",
        executor_def=dg.in_process_executor,
    )
    # Bound at launch, so that the IO manager shares the one run of each Dagster run and does not open the home a second time.
    run = RunResource.configure_at_launch(settings=settings)
    return dg.Definitions(
        assets=dg.load_assets_from_modules([smallcap.assets.raw, smallcap.assets.core, smallcap.assets.marts, smallcap.assets.publish]),
        asset_checks=all_checks(),
        jobs=[refresh],
        schedules=[nightly_schedule(REFRESH_JOB, settings)],
        resources={RUN_RESOURCE: run, LAKE_RESOURCE: LakeIOManager(run=run)},  # type: ignore[arg-type]
        executor=dg.in_process_executor,
    )
