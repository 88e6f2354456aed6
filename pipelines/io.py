"""The IO manager: an asset's inputs are read from the lake by the graph's windows, its rows are written under the contract."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import dagster as dg
import polars as pl

from smallcap.engine.context import Run
from smallcap.engine.making import PROGRESS, Rows, read, write
from smallcap.errors import SmallcapError
from smallcap.stopping import stop_if_requested


class LakeIOManager(dg.ConfigurableIOManager):
    """Reads and writes tables of the run's home; Dagster's own partition keys are not needed for it."""

    run: dg.ResourceDependency[Run]

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """Read the years of an upstream table that the asset's years are made from."""
        metadata = context.definition_metadata
        started = time.monotonic()
        wanted = list(metadata["columns"]) or None, dict(metadata["where"])
        rows = read(self.run, ".".join(context.asset_key.path), str(metadata["for_table"]), *wanted)
        PROGRESS.info("%s", metadata["for_table"], extra={"phase": "read", "seconds": time.monotonic() - started})
        return rows

    def handle_output(self, context: dg.OutputContext, obj: Rows | None) -> None:
        """Write the rows, tell Dagster what was written, and report years made beyond the run's range."""
        name = ".".join(context.asset_key.path)
        if obj is None:
            PROGRESS.info("%s", name, extra={"phase": "skipped"})
            context.add_output_metadata({"is_changed": False, "not_made": "nothing it depends on has changed"})
            return
        started = time.monotonic()
        making = _Timed(obj.frame) if not isinstance(obj.frame, pl.DataFrame) else None
        try:
            written = write(self.run, name, obj if making is None else replace(obj, frame=making))
        except SmallcapError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        years = self.run.years.of(name)
        if making is not None:
            PROGRESS.info("%s", name, extra={"phase": "made", "seconds": making.seconds})
        seconds = time.monotonic() - started - (making.seconds if making is not None else 0)
        PROGRESS.info("%s", name, extra={"phase": "end", "rows": written.rows, "years": len(years), "seconds": seconds})
        context.add_output_metadata(
            {
                "dagster/row_count": written.rows,
                "refused": written.refused,
                "delta_version": written.version,
                "is_changed": written.is_changed,
            }
        )
        for year in sorted(set(years) - set(self.run.asked)):
            context.log_event(dg.AssetMaterialization(asset_key=context.asset_key, partition=str(year)))


@dataclass
class _Timed:
    """Frames that are made one after the other while they are written, and the seconds that making them takes."""

    frames: Iterable[pl.DataFrame]
    seconds: float = 0.0

    def __iter__(self) -> Iterator[pl.DataFrame]:
        started = time.monotonic()
        for frame in self.frames:
            self.seconds += time.monotonic() - started
            stop_if_requested()
            yield frame
            started = time.monotonic()
        self.seconds += time.monotonic() - started
