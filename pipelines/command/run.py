"""The commands `run` and `backfill`: choose the years, run the job or show its plan, and show what came out."""

from __future__ import annotations

import datetime as dt
import sys

from rich.console import Console
from rich.markup import escape

from smallcap.engine.lineage import FIRST_YEAR, READS
from smallcap.engine.plan import Plan, choose_as_of, make_plan, require_list, require_tables
from smallcap.errors import InputError
from smallcap.lake.home import Home, command_line
from smallcap.pipelines.command.progress import show_progress
from smallcap.pipelines.command.summary import show_summary
from smallcap.settings import Settings
from smallcap.sources import open_source
from smallcap.sources.base import Source
from smallcap.warehouse.reading import CATALOGUE_FILE, is_damaged
from smallcap.warehouse.serve import DAMAGED_FILE


def make(
    settings: Settings,
    first: int | None,
    last: int | None,
    as_of: dt.date | None,
    select: str | None,
    *,
    is_dry: bool,
    out: Console,
    err: Console,
) -> None:
    """Make a date or a range of years.

    Parameters
    ----------
    settings
        The settings.
    first, last
        A range of years; None for one date.
    as_of
        The date; None with a range, and for the date that the source's latest complete year ends with.
    select
        Make only this table, with a plus also what follows.
    is_dry
        Show the plan, and change nothing.
    out, err
        Where results and where progress go.
    """
    source = open_source(settings, None)
    tables = require_tables(select) if select else None
    first, last, as_of = choose_range(settings, source, first, last, as_of)
    if is_dry:
        _show_plan(make_plan(settings, first, last, as_of, tables), source, out)
        return
    _run(settings, first, last, as_of, tables, err)
    if tables is None or "publish.warehouse" in tables:
        show_summary(settings, as_of, out, err)


def choose_range(
    settings: Settings, source: Source, first: int | None, last: int | None, as_of: dt.date | None
) -> tuple[int, int, dt.date | None]:
    """Choose the years of a run: those given, else the year of the date given, else that of the date chosen.

    Raises
    ------
    InputError
        When no list of members is known for the date, or the years lie outside what the source knows.
    """
    if first is None or last is None:
        as_of = as_of or choose_as_of(settings, source)
        require_list(settings, source, as_of)
        first = last = as_of.year
    _require_years(first, last, source)
    return first, last, as_of


def _run(settings: Settings, first: int, last: int, as_of: dt.date | None, tables: list[str] | None, err: Console) -> None:
    # Dagster takes a second to load: what can be refused was refused before.
    from smallcap.pipelines.execute import run_years

    Home(settings).prepare()
    what = f"as_of {as_of}" if as_of else f"{first} to {last}"
    err.print(f"making {what} in {escape(str(settings.home))} (preset {settings.preset})", highlight=False, soft_wrap=True)
    _warn_of_damage(settings, err)
    steps = len(READS) + 2 if tables is None else len(tables)
    with show_progress(steps, err):
        run_years(settings, first, last, as_of, tables, command_line(sys.argv[1:]))


def _warn_of_damage(settings: Settings, err: Console) -> None:
    served = settings.warehouse_dir / CATALOGUE_FILE
    if served.exists() and is_damaged(served):
        told = f"the catalogue {served} is damaged; when this run publishes a new one, the damaged one is kept beside it as {DAMAGED_FILE}"
        err.print(f"[yellow]warning:[/] {escape(told)}", highlight=False, soft_wrap=True)


def _require_years(first: int, last: int, source: Source) -> None:
    if first > last:
        raise InputError(f"the range {first} to {last} is empty; --from is the earlier year")
    if first < FIRST_YEAR or last > source.clock.year:
        raise InputError(
            f"years {first} to {last}: history goes from {FIRST_YEAR} to {source.clock.year}, "
            f"the last year that source '{source.name}' knows"
        )


def _show_plan(plan: Plan, source: Source, out: Console) -> None:
    dates = f"{len(plan.dates)} dates from {plan.dates[0]} to {plan.dates[-1]}" if plan.dates else "no date"
    out.print(f"would make {plan.first} to {plan.last}: {dates}; source: {escape(source.label)}", highlight=False, soft_wrap=True)
    for step in plan.steps:
        years = f"{len(step.years)} years, {step.years[0]} to {step.years[-1]}" if step.years else "whole"
        out.print(f"  {step.table:<28} {'fetch' if step.is_fetched else 'compute':<8} {years}", highlight=False)
    out.print("years whose inputs turn out changed are made again as well; nothing was changed by this dry run", style="dim")
