"""The IO manager: an asset's inputs are read from the lake by the graph's windows, its rows are written under the contract."""

from __future__ import annotations

import time

import dagster as dg
import polars as pl

from assets.run import PROGRESS, Rows, Run
from smallcap.errors import SmallcapError
from smallcap.tables import TABLES


class LakeIOManager(dg.IOManager):
    """Reads and writes tables of the run's home; Dagster's own partition keys are not needed for it."""

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """Read the years of an upstream table that the asset's years are made from."""
        run: Run = context.resources.run
        metadata = context.definition_metadata
        return run.read(".".join(context.asset_key.path), str(metadata["for_table"]), list(metadata["columns"]) or None)

    def handle_output(self, context: dg.OutputContext, obj: Rows) -> None:
        """Write the rows, tell Dagster what was written, and report years made beyond the run's range."""
        run: Run = context.resources.run
        name = ".".join(context.asset_key.path)
        started = time.monotonic()
        try:
            written = run.write(name, obj)
        except SmallcapError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        years = run.years_of(name) if TABLES[name].is_partitioned else []
        PROGRESS.info("%s", name, extra={"phase": "end", "rows": written.rows, "years": len(years), "seconds": time.monotonic() - started})
        context.add_output_metadata(
            {
                "dagster/row_count": written.rows,
                "refused": written.refused,
                "delta_version": written.version,
                "is_changed": written.is_changed,
            }
        )
        for year in sorted(set(years) - set(run.years)):
            context.log_event(dg.AssetMaterialization(asset_key=context.asset_key, partition=str(year)))


@dg.io_manager(required_resource_keys={"run"})
def lake_io_manager() -> LakeIOManager:
    """Make the IO manager of all tables."""
    return LakeIOManager()
