"""Settings of a fleet: of a Dagster location that runs one, and of what its homes share."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings

SHARED_FOLDERS: Final = ("rate_dir", "quota_dir")
"""Folders that homes share, unless each has its own."""


class FleetSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    fleet_file: Path | None = Field(
        None, description="Dagster location of a fleet: the fleet file whose homes are its partitions"
    )
    fleet_root: Path | None = Field(
        None, description="Dagster location of a fleet: the folder that holds the homes"
    )
    quota_dir: Path | None = Field(
        None,
        description="folder of the request counts that homes of one key share; default: each home's own",
    )
    is_offline: bool = Field(
        False, description="live presets: ask nobody; what is not kept yet ends the run with exit code 8"
    )
