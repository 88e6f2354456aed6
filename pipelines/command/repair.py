"""Repairs: `doctor --repair`, and what a command repairs by itself because it needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import typer
from rich.console import Console
from rich.markup import escape

from smallcap.errors import HomeBusyError, SmallcapError, UnwritableHomeError
from smallcap.exit_codes import ExitCode
from smallcap.hints import command_hint
from smallcap.lake.home import Home
from smallcap.repair.catalogue import repair_catalogue
from smallcap.repair.damage import find_damage
from smallcap.repair.record import damage_of_record, repair_record
from smallcap.repair.steps import Step, find_steps, repair_tables
from smallcap.settings import Settings, load_settings, settings_without_record
from smallcap.warehouse.reading import CATALOGUE_FILE, require_whole

Find = Callable[[Home], Sequence[Step]]
"""Finds the repairs that a home needs."""


def repair_home(given: Mapping[str, object], *, is_confirmed: bool, out: Console) -> ExitCode:
    """Say what is damaged in a home and how it would be repaired; repair it once that is confirmed.

    Parameters
    ----------
    given
        The settings that were given as options.
    is_confirmed
        Whether nothing is asked.
    out
        Where to show what is found and done.

    Returns
    -------
    ExitCode
        Whether all is sound now.

    Raises
    ------
    HomeBusyError
        When another process writes to the home.
    """
    for home, find in _stages(given):
        if not home.path.is_dir():
            break
        with home.writing_records():
            is_sound = _repair(home, find, is_confirmed=is_confirmed, out=out)
        if not is_sound:
            return ExitCode.DEGRADED
    _say(out, "nothing is damaged")
    return ExitCode.DONE


def repair_stored(settings: Settings, err: Console) -> None:
    """Repair damaged tables of the lake, so that a run can be planned; each is told as a warning.

    Only what shows by size and time is looked for; the run itself verifies every byte.
    """
    if not settings.lake_dir.is_dir() or not find_damage(settings, is_deep=False):
        return
    home = Home(settings)
    with home.writing_records():
        for step in repair_tables(home, is_deep=False):
            _say(err, f"[yellow]warning:[/] {escape(f'{step.damage}; {step.remedy}')}", is_markup=True)


def repair_served(settings: Settings, err: Console) -> None:
    """Serve again what a damaged catalogue served, and tell how.

    Raises
    ------
    DamagedCatalogueError
        When nothing can be served again, or the home cannot be written to now.
    """
    served = settings.warehouse_dir / CATALOGUE_FILE
    home = Home(settings)
    try:
        with home.writing_records():
            told = repair_catalogue(home)
    except (HomeBusyError, UnwritableHomeError):
        # The command reads what is there, and says what is wrong with it.
        require_whole(served)
        return
    _say(err, f"[yellow]warning:[/] {escape(f'the catalogue {served} was damaged: {told}')}", is_markup=True)


def _stages(given: Mapping[str, object]) -> Iterator[tuple[Home, Find]]:
    """Yield the home with what finds its repairs: first those of its record, which opening it needs."""
    first = settings_without_record(**given)
    if damage_of_record(first.home) is not None:
        yield Home(first), _steps_of_record
    yield Home(load_settings(**given)), find_steps


def _repair(home: Home, find: Find, *, is_confirmed: bool, out: Console) -> bool:
    """Show the repairs of a home, and make them once they are confirmed; return whether all is sound."""
    steps = find(home)
    if not steps:
        return True
    for step in steps:
        _say(out, f"[red]damaged[/] {escape(step.damage)}\n        {escape(step.remedy)}", is_markup=True)
    if not (is_confirmed or _is_agreed(home, out)):
        return False
    for step in steps:
        try:
            step.do()
        except SmallcapError as error:
            _say(out, f"[red]not repaired[/] {escape(str(error))}", is_markup=True)
    left = find(home)
    for step in left:
        _say(out, f"[red]still damaged[/] {escape(step.damage)}", is_markup=True)
    if not left:
        _say(out, f"repaired; {command_hint(home.settings, 'run')} makes again what has to be made again")
    return not left


def _steps_of_record(home: Home) -> Sequence[Step]:
    reason = damage_of_record(home.path)
    if reason is None:
        return []
    return [Step(reason, "its copy beside the tables takes its place", partial(repair_record, home.path))]


def _is_agreed(home: Home, out: Console) -> bool:
    if not sys.stdin.isatty():
        command = command_hint(home.settings, "doctor", "--repair", "--yes")
        _say(out, f"nothing was changed; this repairs it: {command}")
        return False
    return typer.confirm("repair this?")


def _say(console: Console, text: str, *, is_markup: bool = False) -> None:
    console.print(text if is_markup else escape(text), highlight=False, soft_wrap=True)
