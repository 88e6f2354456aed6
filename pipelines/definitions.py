"""Dagster's entry point: the location of the home that the settings name, assembled when it is loaded."""

from __future__ import annotations

import dagster as dg

from smallcap.pipelines.location import build_definitions
from smallcap.settings import load_settings


@dg.definitions
def defs() -> dg.Definitions:
    """Assemble the location of the home in force."""
    return build_definitions(load_settings())
