"""Settings of a Dagster location that runs a fleet."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class FleetSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    fleet_file: Path | None = Field(
        None, description="Dagster location of a fleet: the fleet file whose homes are its partitions"
    )
    fleet_root: Path | None = Field(
        None, description="Dagster location of a fleet: the folder that holds the homes"
    )
