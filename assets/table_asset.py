"""The decorator that turns a function of frames into the asset of a table.

Reading and writing are the IO manager's.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from smallcap.assets.partitions import SAME_YEAR_ONLY, WHOLE_RANGE, YEARS
from smallcap.engine.ahead import computed_ahead
from smallcap.engine.by_year import ReadByYear, each_year
from smallcap.engine.column_lineage import carried_over
from smallcap.engine.context import Run
from smallcap.engine.lineage import READS
from smallcap.engine.making import PROGRESS, Rows
from smallcap.engine.rule_sets import RULE_SETS
from smallcap.engine.uses import uses_of
from smallcap.errors import SmallcapError
from smallcap.settings import Settings
from smallcap.stopping import stop_if_requested
from smallcap.tables import TABLES, Table

RUN_RESOURCE, LAKE_RESOURCE = "smallcap_run", "smallcap_lake"
"""Keys of the resources, with the project's name: they must not collide in a project that merges ours."""

OWNERS = ("team:smallcap",)
LAYER_TAG, KIND_TAG = "smallcap/layer", "smallcap/table_kind"

Compute = Callable[..., pl.DataFrame | Rows]

RETRY_FETCHES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
FROM_THE_RUN: Mapping[str, Callable[[Run, str], Any]] = {
    "run": lambda run, name: run,
    "years": lambda run, name: run.years.of(name),
    "dates": lambda run, name: run.dates.of(run.years.of(name)),
    "clock": lambda run, name: run.source.clock,
}
"""What a function may take besides frames, rule sets and settings."""


def asset_key(name: str) -> dg.AssetKey:
    """Return the asset key of a table: layer and name."""
    return dg.AssetKey(name.split("."))


def table_asset(
    name: str,
    *,
    columns: Mapping[str, Sequence[str]] | None = None,
    where: Mapping[str, Mapping[str, object]] | None = None,
    after: Sequence[str] = (),
    by_year: bool = False,
    together: bool = False,
) -> Callable[[Compute], dg.AssetsDefinition]:
    """Make the asset of a table from a function.

    The function's parameters say what it takes: for each table that `smallcap.engine.lineage.READS` names, a
    frame under the table's name without its layer; each rule set and setting that `smallcap.engine.uses.USES`
    names; and of the run `years`, `dates`, `clock` or `run`. A function that is called year by year may ask
    for `year`.

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
    by_year
        Whether the function is called once for each year that is made, with the frames of that year's
        windows.
    together
        Whether the few rows of all years are written at once, and not some years at a time.

    Raises
    ------
    TypeError
        When the function takes something else than the lineage says.
    """
    found = TABLES[name]

    def decorate(compute: Compute) -> dg.AssetsDefinition:
        """Make the asset."""
        _require_agreement(name, compute)
        return dg.asset(
            key=asset_key(name),
            ins=_inputs(name, columns or {}, where or {}, by_year=by_year),
            deps=[asset_key(other) for other in after],
            description=f"{found.description}\n\n{inspect.getdoc(compute) or ''}".strip(),
            partitions_def=YEARS if found.is_partitioned else None,
            backfill_policy=WHOLE_RANGE if found.is_partitioned else None,
            group_name=_group(compute),
            kinds={"polars", "deltalake"},
            owners=OWNERS,
            tags={LAYER_TAG: found.layer, KIND_TAG: found.kind},
            io_manager_key=LAKE_RESOURCE,
            metadata={
                "dagster/column_schema": column_schema(found),
                "dagster/column_lineage": column_lineage(name),
                "years_read": dg.MetadataValue.json(_years_read(name)),
            },
            retry_policy=RETRY_FETCHES if found.layer == "raw" else None,
        )(_step(name, compute, by_year=by_year, together=together))

    return decorate


def _group(compute: Compute) -> str:
    """Name the group of an asset after the folder of its function: raw, core, marts_quality and so on."""
    return "_".join(compute.__module__.partition(".assets.")[2].split(".")[:-1])


def _require_agreement(name: str, compute: Compute) -> None:
    """Insist that a function takes exactly what the lineage declares for its table."""
    taken = set(inspect.signature(compute).parameters)
    frames = {TABLES[upstream].short_name for upstream in READS[name]}
    uses = {*uses_of(name).rules, *uses_of(name).settings}
    known = {*RULE_SETS, *Settings.model_fields, *(other.short_name for other in TABLES.values())}
    undeclared = sorted((taken & known) - frames - uses - set(FROM_THE_RUN))
    # What a raw table uses reaches it through the source.
    unused = sorted((frames if TABLES[name].layer == "raw" else frames | uses) - taken)
    if undeclared or unused:
        raise TypeError(
            f"{name}: takes {undeclared or 'nothing'} that the lineage does not declare, declares "
            f"{unused or 'nothing'} unused"
        )


def _inputs(
    name: str,
    columns: Mapping[str, Sequence[str]],
    where: Mapping[str, Mapping[str, object]],
    *,
    by_year: bool,
) -> dict[str, dg.AssetIn]:
    return {
        TABLES[upstream].short_name: dg.AssetIn(
            key=asset_key(upstream),
            partition_mapping=SAME_YEAR_ONLY
            if TABLES[upstream].is_partitioned and TABLES[name].is_partitioned
            else None,
            metadata={
                "for_table": name,
                "columns": list(columns.get(TABLES[upstream].short_name, ())),
                "where": dict(where.get(TABLES[upstream].short_name, {})),
                "by_year": by_year and TABLES[upstream].is_partitioned,
            },
        )
        for upstream in READS.get(name, {})
    }


def _years_read(name: str) -> dict[str, str]:
    """Say in words which years of each upstream table a year is made from."""
    if not TABLES[name].is_partitioned:
        return {upstream: "all" for upstream in READS.get(name, {}) if TABLES[upstream].is_partitioned}
    partitioned = {
        upstream: window
        for upstream, window in READS.get(name, {}).items()
        if TABLES[upstream].is_partitioned
    }
    return {
        upstream: f"{window.back} before to {window.ahead} after"
        if window.back or window.ahead
        else "the same"
        for upstream, window in partitioned.items()
    }


def column_schema(found: Table) -> dg.TableSchema:
    """Describe a table's columns to Dagster."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name=column, type=str(definition.dtype), description=definition.description)
            for column, definition in found.declared.items()
        ]
    )


def column_lineage(name: str) -> dg.TableColumnLineage:
    """Say to Dagster which columns are carried over, and from where; computed columns are not listed."""
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(asset_key(other), column) for other in others]
            for column, others in carried_over(name).items()
        }
    )


def _step(name: str, compute: Compute, *, by_year: bool, together: bool) -> Callable[..., Rows | None]:
    """Wrap a function: it gets what it takes, and its progress is reported.

    Neither an explained error nor a stop is retried. Where nothing of the table is out of date, the function
    is not called.
    """
    frame_names = [TABLES[upstream].short_name for upstream in READS[name]]

    def step(smallcap_run: Run, **frames: pl.DataFrame | ReadByYear) -> Rows | None:
        """Make what the run makes of the table."""
        started = time.monotonic()
        PROGRESS.info("%s", name, extra={"phase": "start"})
        try:
            stop_if_requested()
            is_made = smallcap_run.years.is_made(name)
            made = (
                _made(smallcap_run, name, compute, frames, by_year=by_year, together=together)
                if is_made
                else None
            )
        except SmallcapError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt) as error:
            # Dagster would fetch the table again: its policy of retries takes an interruption for a failure
            # that may pass.
            raise dg.Failure(description="stopped by a signal", allow_retries=False) from error
        PROGRESS.info("%s", name, extra={"phase": "made", "seconds": time.monotonic() - started})
        return made

    signature = [
        inspect.Parameter(
            RUN_RESOURCE, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=dg.ResourceParam[Run]
        )
    ]
    signature += [
        inspect.Parameter(frame, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any)
        for frame in frame_names
    ]
    step.__name__ = compute.__name__
    # Dagster checks what a step returns against its annotation, and a step may make nothing.
    step.__signature__ = inspect.Signature(signature, return_annotation=Any)  # type: ignore[attr-defined]
    step.__annotations__ = {**{p.name: p.annotation for p in signature}, "return": Any}
    return step


def _made(
    run: Run,
    name: str,
    compute: Compute,
    frames: Mapping[str, pl.DataFrame | ReadByYear],
    *,
    by_year: bool,
    together: bool,
) -> Rows:
    wanted = [
        parameter
        for parameter in inspect.signature(compute).parameters
        if parameter not in frames and parameter != "year"
    ]
    given = {parameter: _given(run, name, parameter) for parameter in wanted}
    if not by_year:
        return _as_rows(compute(**frames, **given))
    years = (_as_rows(made) for made in computed_ahead(_year_by_year(run, name, compute, frames, given)))
    if not together:
        return Rows(made.frame for made in years)  # type: ignore[misc]
    each = list(years)
    refused = [made.refused for made in each if made.refused is not None]
    frames_made = [made.frame for made in each if isinstance(made.frame, pl.DataFrame)]
    return Rows(pl.concat([TABLES[name].empty(), *frames_made]), pl.concat(refused) if refused else None)


def _as_rows(made: pl.DataFrame | Rows) -> Rows:
    return made if isinstance(made, Rows) else Rows(made)


def _year_by_year(
    run: Run,
    name: str,
    compute: Compute,
    frames: Mapping[str, pl.DataFrame | ReadByYear],
    given: Mapping[str, Any],
) -> Iterator[Callable[[], pl.DataFrame | Rows]]:
    """Give a function to each year: its windows of partitioned tables, and all rows of the others."""
    windowed = {short: rows for short, rows in frames.items() if isinstance(rows, ReadByYear)}
    whole = {short: rows for short, rows in frames.items() if not isinstance(rows, ReadByYear)}
    takes_year = "year" in inspect.signature(compute).parameters
    for year, own in each_year(run, name, windowed):
        yield partial(compute, **own, **whole, **given, **({"year": year} if takes_year else {}))


def _given(run: Run, name: str, parameter: str) -> Any:
    if parameter in FROM_THE_RUN:
        return FROM_THE_RUN[parameter](run, name)
    return run.rules[parameter] if parameter in RULE_SETS else getattr(run.settings, parameter)
