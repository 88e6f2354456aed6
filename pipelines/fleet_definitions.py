"""What Dagster loads for a fleet: `dagster dev -m smallcap.pipelines.fleet_definitions`."""

from smallcap.pipelines.fleet_location import build_fleet
from smallcap.settings import load_settings

defs = build_fleet(load_settings())
