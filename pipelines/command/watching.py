"""The commands that say how a home is: `doctor`, `health` and `alert`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from smallcap.errors import InputError
from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import OUT, HomeOption, InputOption, PresetOption


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Say how what is damaged would be repaired, ask, and repair it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --repair: repair without asking.")] = False,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Ask the live sources too: reachable, key, quota, index, newest factors."
        ),
    ] = False,
    preset: PresetOption = None,
    input_dir: InputOption = None,
    home: HomeOption = None,
) -> None:
    """Look for what is missing or damaged, and say how to get it; with --repair, repair it.

    Examples: smallcap doctor; smallcap doctor --repair
    """
    given = {"home": home, "preset": preset, "input": input_dir}
    if yes and not repair:
        raise InputError("--yes goes with --repair")
    if repair:
        from smallcap.pipelines.command.repair import repair_home

        raise typer.Exit(repair_home(given, is_confirmed=yes, out=OUT))
    from smallcap.pipelines.command.doctor import show_findings

    if not show_findings(settings_of(**given), OUT, is_online=online):
        raise typer.Exit(ExitCode.DEGRADED)


def health(
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How the findings are written.")
    ] = "table",
    home: HomeOption = None,
) -> None:
    """Say how the home is: last good run, ages, filings, disk; ends with 0 healthy, 6 degraded, 7 failing."""
    from smallcap.pipelines.command.health import show_health

    raise typer.Exit(show_health(settings_of(home=home), OUT, is_json=output == "json"))


def alert(
    test: Annotated[bool, typer.Option("--test", help="Send a message that says that it is a test.")] = False,
    home: HomeOption = None,
) -> None:
    """Look at the home's health, and tell the addresses of SMALLCAP_ALERT_URLS what began or ended."""
    from smallcap.pipelines.command.health import send_test, show_told

    settings = settings_of(home=home)
    if test:
        send_test(settings, OUT)
        return
    raise typer.Exit(show_told(settings, OUT))
