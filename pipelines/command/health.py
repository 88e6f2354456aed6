"""The commands `health` and `alert`: how a home is, and telling a person when that changes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from smallcap.exit_codes import ExitCode
from smallcap.health.facts import gather
from smallcap.health.findings import HealthFinding, State, worst
from smallcap.health.incidents import after, changes, read_incidents, write_incidents
from smallcap.health.judge import judge
from smallcap.health.prometheus import as_json, write_metrics
from smallcap.health.sending import Sender
from smallcap.lake.records import utc_now
from smallcap.rules.files import read_rules
from smallcap.rules.types.freshness import FRESHNESS_FILE, FreshnessRules
from smallcap.settings import Settings

COLOURS = {State.HEALTHY: "green", State.DEGRADED: "yellow", State.FAILING: "red"}
EXIT_CODES = {
    State.HEALTHY: ExitCode.DONE,
    State.DEGRADED: ExitCode.DEGRADED,
    State.FAILING: ExitCode.FAILING,
}


def health_of(settings: Settings) -> list[HealthFinding]:
    """Look at a home, judge it by the limits of data/reference/freshness.toml, and write its metrics."""
    rules = read_rules(settings.reference_dir, FRESHNESS_FILE, FreshnessRules)
    now = utc_now()
    findings = judge(gather(settings, rules.filings, now), rules)
    if settings.home.is_dir():
        write_metrics(settings.home, findings, now)
    return findings


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


def tell_changes(settings: Settings, out: Console) -> ExitCode:
    """Send a message about each incident that began or ended since the last look; return the state's code."""
    sender = Sender(settings.alert_urls)
    findings = health_of(settings)
    known = read_incidents(settings.home)
    made = changes(known, findings, utc_now())
    told: list[object] = []
    for change in made:
        sender.tell(str(settings.home), [change])
        told.append(change)
        # Written after each message: one that fails later is not a reason to send the first again.
        known = after(known, [change])
        write_incidents(settings.home, known)
    open_now = ", ".join(incident.subject for incident in known) or "none"
    out.print(f"{len(told)} messages sent; open incidents: {open_now}", highlight=False)
    return EXIT_CODES[worst(findings)]


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
