"""The one partition scheme, by calendar year, and the mappings that Dagster shows; the windows stand in `assets.graph`."""

from __future__ import annotations

import warnings

import dagster as dg

from assets.graph import FIRST_YEAR, Window

# Mappings over years before the first, backfill policies and partitioned checks are beta or preview in the pinned release:
# tests hold them to what is used of them.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

YEARS = dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 1 *", start=str(FIRST_YEAR), fmt="%Y", end_offset=1)
"""Calendar years, the running one included."""

WHOLE_RANGE = dg.BackfillPolicy.single_run()
"""Any range of years is one run."""


def mapping(window: Window) -> dg.PartitionMapping:
    """Say to Dagster which upstream years a year is made from."""
    if window == Window():
        return dg.IdentityPartitionMapping()
    return dg.TimeWindowPartitionMapping(start_offset=-window.back, end_offset=window.ahead, allow_nonexistent_upstream_partitions=True)
