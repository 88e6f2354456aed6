"""The one partition scheme, by calendar year, and how Dagster maps it.

`smallcap.engine.lineage` defines the windows of a year.
"""

from __future__ import annotations

import warnings

import dagster as dg

from smallcap.engine.lineage import FIRST_YEAR

# Backfill policies are beta in the pinned release: tests hold them to what is used of them.
warnings.filterwarnings("ignore", category=dg.BetaWarning)

YEARS = dg.TimeWindowPartitionsDefinition(
    cron_schedule="0 0 1 1 *", start=str(FIRST_YEAR), fmt="%Y", end_offset=1
)
"""Calendar years, the running one included."""

WHOLE_RANGE = dg.BackfillPolicy.single_run()
"""Any range of years is one run."""

SAME_YEAR_ONLY = dg.IdentityPartitionMapping()
"""What Dagster is told of every edge. A window would spread its backfills to years that nobody requested, and
split into a run per table; which other years a year is made from, and which have gone stale, a run finds out
by itself."""
