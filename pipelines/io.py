"""The IO manager: reads an asset's inputs by the lineage's windows, and writes rows under the contract."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import dagster as dg
import polars as pl

from smallcap.engine.by_year import ReadByYear
from smallcap.engine.context import Run
from smallcap.engine.making import PROGRESS, Rows, read, read_by_year, write
from smallcap.errors import SmallcapError
from smallcap.lake.stamps import UNPARTITIONED, Stamp
from smallcap.pipelines.previews import PREVIEW_ROWS, shown
from smallcap.stopping import stop_if_requested
from smallcap.tables import TABLES

DATA_VERSION_TAG = "dagster/data_version"
NOT_MADE: Mapping[str, int | str] = {
    "is_changed": False,
    "not_made": "nothing it depends on has changed",
}


class LakeIOManager(dg.ConfigurableIOManager):
    """Reads and writes tables of the run's home; Dagster's own partition keys are not needed for it."""

    run: dg.ResourceDependency[Run]

    def load_input(self, context: dg.InputContext) -> pl.DataFrame | ReadByYear:
        """Read the years of an upstream table that the asset's years are made from.

        For an asset that is made year by year they are read while it is made, and count as part of that.
        """
        metadata = context.definition_metadata
        started = time.monotonic()
        tables = ".".join(context.asset_key.path), str(metadata["for_table"])
        wanted = list(metadata["columns"]) or None, dict(metadata["where"])
        if metadata["by_year"]:
            return read_by_year(self.run, *tables, *wanted)
        rows = read(self.run, *tables, *wanted)
        PROGRESS.info(
            "%s", metadata["for_table"], extra={"phase": "read", "seconds": time.monotonic() - started}
        )
        return rows

    def handle_output(self, context: dg.OutputContext, obj: Rows | None) -> None:
        """Write the rows, report to Dagster what was written, and years made beyond the run's range."""
        name = ".".join(context.asset_key.path)
        if obj is None:
            PROGRESS.info("%s", name, extra={"phase": "skipped"})
            self._report(context, name, NOT_MADE)
            return
        started = time.monotonic()
        making = _Timed(obj.frame) if not isinstance(obj.frame, pl.DataFrame) else None
        first = obj.frame.head(PREVIEW_ROWS) if isinstance(obj.frame, pl.DataFrame) else None
        try:
            written = write(self.run, name, obj if making is None else replace(obj, frame=making))
        except SmallcapError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        if making is not None:
            PROGRESS.info("%s", name, extra={"phase": "made", "seconds": making.seconds})
        seconds = time.monotonic() - started - (making.seconds if making is not None else 0)
        years = len(self.run.years.of(name))
        PROGRESS.info(
            "%s", name, extra={"phase": "end", "rows": written.rows, "years": years, "seconds": seconds}
        )
        made = {"is_changed": written.is_changed, "rows_made": written.rows, "refused": written.refused}
        first = first if making is None else making.first
        self._report(context, name, {**made, **shown(name, first, self.run.settings)})

    def _report(self, context: dg.OutputContext, name: str, metadata: Mapping[str, Any]) -> None:
        """Report to Dagster what the table holds, and which years were made beyond the run's range.

        Dagster gives one data version to all years of a run: it is the digest of what they hold together, and
        each year has its own in its metadata.
        """
        stamp = self.run.home.lake.stamp(name)
        asked = self.run.asked if TABLES[name].is_partitioned else [UNPARTITIONED]
        total = sum(year.rows for year in stamp.years.values())
        context.add_output_metadata(
            {**metadata, "dagster/row_count": total, "delta_version": self.run.home.lake.version(name)}
        )
        context.step_context.set_data_version(context.asset_key, dg.DataVersion(stamp.version(asked)))
        if not TABLES[name].is_partitioned:
            return
        for year in sorted(set(asked) & set(stamp.years)):
            context.step_context.add_asset_metadata(_of_year(stamp, year), context.asset_key, str(year))
        for year in sorted(set(self.run.years.of(name)) - set(asked)):
            tags = {DATA_VERSION_TAG: stamp.version([year])}
            context.log_event(
                dg.AssetMaterialization(
                    context.asset_key, partition=str(year), metadata=_of_year(stamp, year), tags=tags
                )
            )


def _of_year(stamp: Stamp, year: int) -> dict[str, int | str]:
    return {"dagster/partition_row_count": stamp.years[year].rows, "content": stamp.version([year])}


@dataclass
class _Timed:
    """Frames that are made one after the other while they are written, and the seconds that this takes."""

    frames: Iterable[pl.DataFrame]
    seconds: float = 0.0
    first: pl.DataFrame | None = None
    """The first rows of the latest of them."""

    def __iter__(self) -> Iterator[pl.DataFrame]:
        started = time.monotonic()
        for frame in self.frames:
            self.seconds += time.monotonic() - started
            stop_if_requested()
            self.first = frame.head(PREVIEW_ROWS) if frame.height else self.first
            yield frame
            started = time.monotonic()
        self.seconds += time.monotonic() - started
