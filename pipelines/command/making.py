"""The commands that make tables: `run`, `backfill`, `fetch`."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any

import typer

from smallcap.errors import InputError
from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import (
    ERR,
    OUT,
    DryRunOption,
    ForceOption,
    HomeOption,
    InputOption,
    LimitOption,
    PresetOption,
    RulesOption,
    SelectOption,
    date_of,
)


def run(
    as_of: Annotated[
        str | None,
        typer.Option(
            help="The date asked about, YYYY-MM-DD.", show_default="the end of the latest complete year"
        ),
    ] = None,
    first: Annotated[
        int | None,
        typer.Option("--from", help="First year of a range, instead of --as-of.", show_default=False),
    ] = None,
    last: Annotated[
        int | None, typer.Option("--to", help="Last year of a range.", show_default=False)
    ] = None,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    limit: LimitOption = None,
    rules: RulesOption = None,
    home: HomeOption = None,
    select: SelectOption = None,
    dry_run: DryRunOption = False,
    force: ForceOption = False,
) -> None:
    """Make one date or a range of years: fetch what is missing, compute, check, publish, show the summary.

    Examples: smallcap run; smallcap run --as-of 2025-06-30; smallcap run --from 2018 --to 2025 --dry-run
    """
    settings = settings_of(home=home, preset=preset, input=input_dir, limit=limit, rules=rules)
    if (first is None) != (last is None):
        raise InputError("--from and --to go together")
    if first is not None and last is not None:
        if as_of is not None:
            raise InputError(
                "--as-of names one date, --from and --to a range of years; give one or the other"
            )
        _make(settings, first, last, None, select, dry_run, force)
        return
    _make(settings, None, None, date_of(as_of) if as_of else None, select, dry_run, force)


def backfill(
    first: Annotated[int, typer.Option("--from", help="First year.")],
    last: Annotated[int, typer.Option("--to", help="Last year.")],
    preset: PresetOption = None,
    input_dir: InputOption = None,
    limit: LimitOption = None,
    rules: RulesOption = None,
    home: HomeOption = None,
    select: SelectOption = None,
    dry_run: DryRunOption = False,
    force: ForceOption = False,
) -> None:
    """Make every month end of a range of years in one run.

    Examples: smallcap backfill --from 2018 --to 2025; smallcap backfill --from 2006 --to 2025 --dry-run
    """
    _make(
        settings_of(home=home, preset=preset, input=input_dir, limit=limit, rules=rules),
        first,
        last,
        None,
        select,
        dry_run,
        force,
    )


def night(
    window: Annotated[
        int,
        typer.Option(
            "--window",
            min=0,
            max=1200,
            help="Minutes in which a source that did not answer is asked again.",
        ),
    ] = 180,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    home: HomeOption = None,
) -> None:
    """Run one unattended night: the years that can have changed, retries, health, alerts.

    For cron, a timer or a container: the exit code is that of the run, or of the health after a good one.
    """
    from smallcap.pipelines.command.health import after_night
    from smallcap.pipelines.command.night import retried, years_told
    from smallcap.pipelines.logged import logged

    settings = settings_of(home=home, preset=preset, input=input_dir)

    with after_night(settings, OUT, ERR), logged(settings):
        first, last = years_told(settings, ERR)
        make = partial(_make_or_plan, settings, first, last, None, None, False, False)
        retried(make, dt.timedelta(minutes=window), ERR)


def fetch(
    as_of: Annotated[
        str | None, typer.Option(help="The date asked about, YYYY-MM-DD.", show_default=False)
    ] = None,
    first: Annotated[
        int | None,
        typer.Option("--from", help="First year of a range, instead of --as-of.", show_default=False),
    ] = None,
    last: Annotated[
        int | None, typer.Option("--to", help="Last year of a range.", show_default=False)
    ] = None,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    home: HomeOption = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say how many requests it would take, and what is left of the quota."),
    ] = False,
) -> None:
    """Ask the sources for what a run needs, without computing; nothing is fetched twice.

    Example: smallcap fetch --as-of 2025-06-30 --dry-run
    """
    from smallcap.pipelines.command.fetch import fetch as fetch_raw_tables

    settings = settings_of(home=home, preset=preset, input=input_dir)
    date = date_of(as_of) if as_of else None
    fetch_raw_tables(settings, first, last, date, is_dry=dry_run, out=OUT, err=ERR)


def _make(
    settings: Any,
    first: int | None,
    last: int | None,
    as_of: dt.date | None,
    select: str | None,
    dry_run: bool,
    force: bool,
) -> None:
    if dry_run:
        _make_or_plan(settings, first, last, as_of, select, dry_run, force)
        return
    from smallcap.pipelines.logged import logged

    with logged(settings):
        _make_or_plan(settings, first, last, as_of, select, dry_run, force)


def _make_or_plan(
    settings: Any,
    first: int | None,
    last: int | None,
    as_of: dt.date | None,
    select: str | None,
    dry_run: bool,
    force: bool,
) -> None:
    if not (select or dry_run or force):
        from smallcap.pipelines.command.again import is_done_already

        if is_done_already(settings, first, last, as_of, OUT, ERR):
            return
    from smallcap.pipelines.command.run import make

    make(settings, first, last, as_of, select, is_dry=dry_run, is_forced=force, out=OUT, err=ERR)
