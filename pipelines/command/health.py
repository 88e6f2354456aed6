"""The commands `health` and `alert`: how a home is, and telling a person when that changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from smallcap.errors import SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.health.findings import HealthFinding, State, worst
from smallcap.health.incidents import read_incidents
from smallcap.health.look import health_of, tell_changes
from smallcap.health.prometheus import as_json
from smallcap.health.sending import Sender
from smallcap.settings import Settings
from smallcap.utc import utc_now

COLOURS = {State.HEALTHY: "green", State.DEGRADED: "yellow", State.FAILING: "red"}
EXIT_CODES = {
    State.HEALTHY: ExitCode.DONE,
    State.DEGRADED: ExitCode.DEGRADED,
    State.FAILING: ExitCode.FAILING,
}


def show_health(settings: Settings, out: Console, *, is_json: bool) -> ExitCode:
    """Show how a home is, and return the exit code that says so."""
    findings = health_of(settings)
    if is_json:
        out.print(
            json.dumps(as_json(findings, utc_now()), indent=1), markup=False, highlight=False, soft_wrap=True
        )
    else:
        _show(settings, findings, out)
    return EXIT_CODES[worst(findings)]


def show_told(settings: Settings, out: Console) -> ExitCode:
    """Send a message about each incident that began or ended, say how many; return the health's code."""
    findings = health_of(settings)
    told = tell_changes(settings, findings)
    open_now = ", ".join(incident.subject for incident in read_incidents(settings.home)) or "none"
    out.print(f"{len(told)} messages sent; open incidents: {open_now}", highlight=False)
    return EXIT_CODES[worst(findings)]


@contextmanager
def after_night(settings: Settings, out: Console, err: Console) -> Iterator[None]:
    """After the work within, tell who is to be told, and show the health; an error of the work stays first.

    Raises
    ------
    typer.Exit
        After good work, with the code of the health.
    """
    try:
        yield
    except BaseException:
        if settings.alert_urls is not None:
            _told_or_said(settings, err)
        raise
    if settings.alert_urls is not None:
        _told_or_said(settings, err)
    code = show_health(settings, out, is_json=False)
    if code is not ExitCode.DONE:
        raise typer.Exit(code)


def _told_or_said(settings: Settings, err: Console) -> None:
    """Tell of incidents; where that is not possible, say so: it is no reason to end the night otherwise."""
    try:
        show_told(settings, err)
    except SmallcapError as error:
        err.print(f"[yellow]warning:[/] {escape(str(error))}", highlight=False, soft_wrap=True)


def send_test(settings: Settings, out: Console) -> None:
    """Send a message that says that it is a test."""
    body = f"{settings.home}\nThis is a test: messages about this home will arrive here."
    Sender(settings.alert_urls).send("smallcap: test of alerts", body, is_good=True)
    out.print("the test message was taken by every address")


def _show(settings: Settings, findings: Sequence[HealthFinding], out: Console) -> None:
    state = worst(findings)
    title = f"[bold {COLOURS[state]}]{state}[/]: {escape(str(settings.home))}"
    out.print(title, highlight=False, soft_wrap=True)
    for finding in findings:
        mark = f"[{COLOURS[finding.state]}]{finding.state:<8}[/]"
        out.print(f"{mark} {escape(finding.told)}", highlight=False)
        if finding.remedy:
            out.print(f"         {escape(finding.remedy)}", highlight=False)
