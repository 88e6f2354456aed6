"""The commands `run` and `backfill`: choose the years, run the job or show its plan, show the results."""

from __future__ import annotations

import datetime as dt
import sys

from rich.console import Console
from rich.markup import escape

from smallcap.engine.clock import require_clock
from smallcap.engine.context import Run
from smallcap.engine.guard import years_in_words
from smallcap.engine.lineage import FIRST_YEAR, READS
from smallcap.engine.plan import Plan, Step, choose_as_of, make_plan, plan_run, require_list, require_tables
from smallcap.engine.redigest import has_old_digests
from smallcap.engine.unchanged import record_unchanged
from smallcap.engine.years import is_anything_made
from smallcap.errors import InputError
from smallcap.lake.home import Home
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.package_files import SQL_DIR
from smallcap.pipelines.command.again import NOTHING_TO_MAKE
from smallcap.pipelines.command.deliveries import require_complete
from smallcap.pipelines.command.progress import show_progress
from smallcap.pipelines.command.repair import repair_stored
from smallcap.pipelines.command.summary import show_summary
from smallcap.redaction import command_line
from smallcap.settings import Settings
from smallcap.sources.base import Source
from smallcap.sources.open import open_source
from smallcap.tables import TABLES
from smallcap.warehouse.contents import is_of_this_release
from smallcap.warehouse.reading import CATALOGUE_FILE, is_damaged, served_at, served_versions
from smallcap.warehouse.serve import DAMAGED_FILE


def make(
    settings: Settings,
    first: int | None,
    last: int | None,
    as_of: dt.date | None,
    select: str | None,
    *,
    is_dry: bool,
    is_forced: bool,
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
    is_forced
        Make the years also where nothing they depend on has changed.
    out, err
        Where results and where progress go.
    """
    request = f"{first} {last} {as_of}"
    require_clock(Home(settings), served_at(settings.warehouse_dir))
    if not is_dry:
        repair_stored(settings, err)
    source = open_source(settings, None)
    tables = require_tables(select) if select else None
    first, last, as_of = choose_range(settings, source, first, last, as_of)
    Home(settings).require_same_universe()
    planned = plan_run(settings, source, first, last, as_of, is_forced=is_forced)
    if is_dry:
        _show_plan(make_plan(planned, tables), planned, out)
        return
    run_id = None
    if tables is None and is_current(planned):
        err.print(NOTHING_TO_MAKE, soft_wrap=True)
    else:
        run_id = _run(settings, first, last, as_of, tables, err, is_forced=is_forced)
    if tables is None and is_current(plan_run(settings, source, first, last, as_of)):
        record_unchanged(settings, request, as_of)
    if tables is None or "publish.warehouse" in tables:
        show_summary(settings, as_of, out, err)
    if run_id is not None:
        require_complete(settings, run_id)


def is_current(run: Run) -> bool:
    """Whether a run would make nothing, and this release serves what the lake holds."""
    home = run.home
    if home.has_unfinished_run() or has_old_digests(home.lake) or is_anything_made(run.years):
        return False
    served = served_versions(run.settings.warehouse_dir)
    stored = {name: version for name in TABLES if (version := home.lake.version(name)) >= 0}
    return served == stored and is_of_this_release(run.settings.warehouse_dir, SQL_DIR / "views")


def choose_range(
    settings: Settings, source: Source, first: int | None, last: int | None, as_of: dt.date | None
) -> tuple[int, int, dt.date | None]:
    """Choose the years of a run: those given, else the year of the date given, else that of the date chosen.

    Raises
    ------
    InputError
        When no list of members is known for the date, or the years are outside what the source knows.
    """
    if first is None or last is None:
        as_of = as_of or choose_as_of(settings, source)
        require_list(settings, source, as_of)
        first = last = as_of.year
    _require_years(first, last, source)
    return first, last, as_of


def _run(
    settings: Settings,
    first: int,
    last: int,
    as_of: dt.date | None,
    tables: list[str] | None,
    err: Console,
    *,
    is_forced: bool,
) -> str:
    # Dagster takes a second to load: what can be refused was refused before.
    from smallcap.pipelines.execute import run_years

    Home(settings).prepare()
    what = f"as_of {as_of}" if as_of else f"{first} to {last}"
    err.print(
        f"making {what} in {escape(str(settings.home))} (preset {settings.preset})",
        highlight=False,
        soft_wrap=True,
    )
    _warn_of_damage(settings, err)
    steps = len(READS) + 2 if tables is None else len(tables)
    with show_progress(steps, err):
        command = command_line(sys.argv[1:])
        return run_years(settings, first, last, as_of, tables, command, is_forced=is_forced)


def _warn_of_damage(settings: Settings, err: Console) -> None:
    served = settings.warehouse_dir / CATALOGUE_FILE
    if served.exists() and is_damaged(served):
        told = (
            f"the catalogue {served} is damaged; when this run publishes a new one, the damaged one is "
            f"kept beside it as {DAMAGED_FILE}"
        )
        err.print(f"[yellow]warning:[/] {escape(told)}", highlight=False, soft_wrap=True)


def _require_years(first: int, last: int, source: Source) -> None:
    if first > last:
        raise InputError(f"the range {first} to {last} is empty; --from is the earlier year")
    if first < FIRST_YEAR or last > source.clock.year:
        raise InputError(
            f"years {first} to {last}: history goes from {FIRST_YEAR} to {source.clock.year}, "
            f"the last year that source '{source.name}' knows"
        )


def _show_plan(plan: Plan, run: Run, out: Console) -> None:
    first, last = run.asked[0], run.asked[-1]
    dates = f"{len(plan.dates)} dates from {plan.dates[0]} to {plan.dates[-1]}" if plan.dates else "no date"
    out.print(
        f"{first} to {last}: {dates}; source: {escape(run.source.label)}", highlight=False, soft_wrap=True
    )
    if not any(step.years for step in plan.steps):
        out.print("nothing is out of date: a run would make nothing", highlight=False)
        return
    for step in plan.steps:
        out.print(
            f"  {step.table:<28} {'fetch' if step.is_fetched else 'compute':<8} {_in_words(step)}",
            highlight=False,
            soft_wrap=True,
        )
    out.print("nothing was changed by this dry run", style="dim")


def _in_words(step: Step) -> str:
    """Say which years of a table are made and why, and what else would make years follow."""
    by_reason: dict[str, list[int]] = {}
    for year, reasons in step.years.items():
        by_reason.setdefault(" and ".join(reasons), []).append(year)
    parts = [
        f"{years_in_words(years)}: {reason}" if years != [UNPARTITIONED] else reason
        for reason, years in by_reason.items()
    ]
    return "; ".join(parts) or f"where {' or '.join(step.follows)} comes out different"
