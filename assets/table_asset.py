"""The decorator that turns a function of frames into the asset of a table; reading and writing are the IO manager's."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Mapping, Sequence

import dagster as dg
import polars as pl

from smallcap.assets.partitions import SAME_YEAR_ONLY, WHOLE_RANGE, YEARS
from smallcap.engine.context import PROGRESS, Rows
from smallcap.engine.lineage import READS
from smallcap.errors import SmallcapError
from smallcap.stopping import stop_if_requested
from smallcap.tables import TABLES, Table

Compute = Callable[..., pl.DataFrame | Rows]

RETRY_FETCHES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)


def asset_key(name: str) -> dg.AssetKey:
    """Return the asset key of a table: layer and name."""
    return dg.AssetKey(name.split("."))


def table_asset(
    name: str,
    *,
    columns: Mapping[str, Sequence[str]] | None = None,
    where: Mapping[str, Mapping[str, object]] | None = None,
    after: Sequence[str] = (),
) -> Callable[[Compute], dg.AssetsDefinition]:
    """Make the asset of a table from a function.

    The function takes `run` and, for each table that it reads, a frame named after that table without its layer; what it
    reads is what `smallcap.engine.lineage.READS` says.

    Parameters
    ----------
    name
        The table that the function makes.
    columns
        For a table that is read, the columns that are needed; all of them by default.
    where
        For a table that is read, the values that its columns must have; all rows by default.
    after
        Tables that must be made before without being read.
    """
    found = TABLES[name]

    def decorate(compute: Compute) -> dg.AssetsDefinition:
        return dg.asset(
            key=asset_key(name),
            ins=_inputs(name, columns or {}, where or {}),
            deps=[asset_key(other) for other in after],
            description=f"{found.description}\n\n{inspect.getdoc(compute) or ''}".strip(),
            partitions_def=YEARS if found.is_partitioned else None,
            backfill_policy=WHOLE_RANGE if found.is_partitioned else None,
            group_name=found.layer,
            io_manager_key="lake",
            metadata={"dagster/column_schema": column_schema(found), "years_read": dg.MetadataValue.json(_years_read(name))},
            retry_policy=RETRY_FETCHES if found.layer == "raw" else None,
            required_resource_keys={"run"},
        )(_explaining(name, compute))

    return decorate


def _inputs(name: str, columns: Mapping[str, Sequence[str]], where: Mapping[str, Mapping[str, object]]) -> dict[str, dg.AssetIn]:
    return {
        TABLES[upstream].short_name: dg.AssetIn(
            key=asset_key(upstream),
            partition_mapping=SAME_YEAR_ONLY if TABLES[upstream].is_partitioned and TABLES[name].is_partitioned else None,
            metadata={
                "for_table": name,
                "columns": list(columns.get(TABLES[upstream].short_name, ())),
                "where": dict(where.get(TABLES[upstream].short_name, {})),
            },
        )
        for upstream in READS.get(name, {})
    }


def _years_read(name: str) -> dict[str, str]:
    """Say in words which years of each upstream table a year is made from."""
    if not TABLES[name].is_partitioned:
        return {upstream: "all" for upstream in READS.get(name, {}) if TABLES[upstream].is_partitioned}
    partitioned = {upstream: window for upstream, window in READS.get(name, {}).items() if TABLES[upstream].is_partitioned}
    return {
        upstream: f"{window.back} before to {window.ahead} after" if window.back or window.ahead else "the same"
        for upstream, window in partitioned.items()
    }


def column_schema(found: Table) -> dg.TableSchema:
    """Describe a table's columns to Dagster."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name=column, type=str(definition.dtype), description=definition.description)
            for column, definition in found.schema.columns().items()
        ]
    )


def _explaining(name: str, compute: Compute) -> Callable[..., Rows]:
    """Wrap a compute function: it is handed the run, its progress is told, and neither an explained error nor a stop is tried again."""
    parameters = [parameter for parameter in inspect.signature(compute).parameters if parameter != "run"]

    @functools.wraps(compute)
    def step(context: dg.AssetExecutionContext, **frames: pl.DataFrame) -> Rows:
        started = time.monotonic()
        PROGRESS.info("%s", name, extra={"phase": "start"})
        try:
            stop_if_requested()
            made = compute(context.resources.run, **frames)
        except SmallcapError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt) as error:
            # Dagster would fetch the table again: its policy of retries takes an interruption for a failure that may pass.
            raise dg.Failure(description="stopped by a signal", allow_retries=False) from error
        PROGRESS.info("%s", name, extra={"phase": "made", "seconds": time.monotonic() - started})
        return made if isinstance(made, Rows) else Rows(made)

    signature = [inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=dg.AssetExecutionContext)]
    signature += [
        inspect.Parameter(parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=pl.DataFrame) for parameter in parameters
    ]
    step.__signature__ = inspect.Signature(signature, return_annotation=Rows)  # type: ignore[attr-defined]
    step.__annotations__ = {**{p.name: p.annotation for p in signature}, "return": Rows}
    del step.__wrapped__
    return step
