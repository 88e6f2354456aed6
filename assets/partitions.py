"""The one partition scheme, by calendar year, and how Dagster maps it.

`smallcap.engine.lineage` defines the windows of a year.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from typing import Any

import dagster as dg

from smallcap.engine.lineage import FIRST_YEAR

# Backfill policies are beta in the pinned release: tests hold them to what is used of them.
warnings.filterwarnings("ignore", category=dg.BetaWarning)


class CalendarYears(dg.TimeWindowPartitionsDefinition):
    """Calendar years whose keys are counted.

    Dagster asks for all keys several times for each table that a run reads, and finds them by stepping from
    one tick of the schedule to the next: a tenth of a small run.
    """

    def get_partition_keys(
        self, current_time: dt.datetime | None = None, dynamic_partitions_store: Any = None
    ) -> Sequence[str]:
        """List the years from the first one on, the running one included."""
        with dg.partition_loading_context(current_time, dynamic_partitions_store) as context:
            return [str(year) for year in range(FIRST_YEAR, context.effective_dt.year + self.end_offset)]


YEARS = CalendarYears(cron_schedule="0 0 1 1 *", start=str(FIRST_YEAR), fmt="%Y", end_offset=1)
"""Calendar years, the running one included."""

WHOLE_RANGE = dg.BackfillPolicy.single_run()
"""Any range of years is one run."""

SAME_YEAR_ONLY = dg.IdentityPartitionMapping()
"""What Dagster is told of every edge. A window would spread its backfills to years that nobody requested, and
split into a run per table; which other years a year is made from, and which have gone stale, a run finds out
by itself."""
