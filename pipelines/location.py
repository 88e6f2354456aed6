"""The Dagster location of one home: assets, checks, the job, the nightly schedule and the resources."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import dagster as dg

import smallcap.assets.core
import smallcap.assets.marts
import smallcap.assets.publish
import smallcap.assets.raw
from smallcap.assets.table_asset import LAKE_RESOURCE, RUN_RESOURCE, asset_key
from smallcap.engine.code import CodeDigests
from smallcap.engine.context import CODE_CACHE
from smallcap.engine.lineage import READS
from smallcap.engine.recipe import code_of
from smallcap.pipelines.checks import all_checks
from smallcap.pipelines.filings_sensor import filings_sensor
from smallcap.pipelines.health_asset import health_asset
from smallcap.pipelines.health_job import failure_sensor, health_job
from smallcap.pipelines.io import LakeIOManager
from smallcap.pipelines.resources import RunResource
from smallcap.pipelines.schedules import nightly_schedule
from smallcap.settings import Settings

REFRESH_JOB = "refresh"
MAKING = (smallcap.assets.raw, smallcap.assets.core, smallcap.assets.marts)
"""The packages whose assets are tables."""


def build_definitions(settings: Settings) -> dg.Definitions:
    """Assemble the location for one home.

    Parameters
    ----------
    settings
        The settings of every run in this location.
    """
    assets = [*_with_code_versions(_assets_of(*MAKING), settings), *_assets_of(smallcap.assets.publish)]
    refresh = dg.define_asset_job(
        REFRESH_JOB,
        # Not all assets: those of a project that the location is merged into are no part of it.
        selection=dg.AssetSelection.assets(*assets),
        description="Every table of a range of years, its checks, and the published warehouse.",
        executor_def=dg.in_process_executor,
    )
    health, hourly_health = health_job(settings)
    # Bound at launch, so that the IO manager shares the one run of each Dagster run and does not open the
    # home a second time.
    run = RunResource.configure_at_launch(settings=settings)
    return dg.Definitions(
        assets=[*assets, health_asset(settings)],
        asset_checks=all_checks(),
        jobs=[refresh, health],
        schedules=[nightly_schedule(REFRESH_JOB, settings), hourly_health],
        sensors=[failure_sensor(settings, REFRESH_JOB), filings_sensor(settings, REFRESH_JOB)],
        resources={RUN_RESOURCE: run, LAKE_RESOURCE: LakeIOManager(run=run)},  # type: ignore[arg-type]
        executor=dg.in_process_executor,
    )


def _assets_of(*packages: ModuleType) -> list[dg.AssetsDefinition]:
    return [
        found for found in dg.load_assets_from_modules(packages) if isinstance(found, dg.AssetsDefinition)
    ]


def _with_code_versions(
    tables: Sequence[dg.AssetsDefinition], settings: Settings
) -> list[dg.AssetsDefinition]:
    """Give each table's asset the digest of the code that makes it, as the stamps of its years record it."""
    code = CodeDigests(settings.home / CODE_CACHE)
    versions = {asset_key(name): code_of(name, settings.preset, code) for name in READS}
    code.save()
    return [
        table.map_asset_specs(lambda spec: spec.replace_attributes(code_version=versions[spec.key]))
        for table in tables
    ]
