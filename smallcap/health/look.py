"""Looks at a home: gathers, judges by the limits of data/reference/freshness.toml, and writes its metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from smallcap.health.facts import gather
from smallcap.health.findings import HealthFinding
from smallcap.health.incidents import Change, after, changes, read_incidents, write_incidents
from smallcap.health.judge import judge
from smallcap.health.prometheus import write_metrics
from smallcap.health.sending import AlertError, Sender
from smallcap.rules.files import read_rules
from smallcap.rules.types.freshness import FRESHNESS_FILE, FreshnessRules
from smallcap.settings import Settings
from smallcap.utc import utc_now


def health_of(settings: Settings) -> list[HealthFinding]:
    """Judge a home now, and write its metrics where it exists.

    Raises
    ------
    InputError
        When the limits cannot be read.
    """
    now = utc_now()
    findings = findings_at(settings, now)
    if settings.home.is_dir():
        write_metrics(settings.home, findings, now)
    return findings


def findings_at(settings: Settings, now: dt.datetime) -> list[HealthFinding]:
    """Judge a home at a time, UTC, and write nothing.

    Raises
    ------
    InputError
        When the limits cannot be read.
    """
    rules = read_rules(settings.reference, FRESHNESS_FILE, FreshnessRules)
    return judge(gather(settings, rules.filings, now), rules)


def tell_changes(settings: Settings, findings: Sequence[HealthFinding]) -> list[Change]:
    """Send a message about each incident that began or ended since the last look.

    The open incidents are recorded after each message that an address took: one that fails does not send
    another again, nor keep it back.

    Parameters
    ----------
    settings
        The settings; `alert_urls` says who is told.
    findings
        What is found now.

    Returns
    -------
    list of Change
        What was told.

    Raises
    ------
    InputError
        When nobody is named, an address is not understood, or the recorded incidents cannot be read.
    AlertError
        When an address did not take a message, after all of them were sent.
    """
    sender = Sender(settings.alert_urls)
    known = read_incidents(settings.home)
    made = changes(known, findings, utc_now())
    failed: AlertError | None = None
    for change in made:
        try:
            sender.tell(str(settings.home), change)
        except AlertError as error:
            failed = error
            if not error.is_told:
                continue
        known = after(known, [change])
        write_incidents(settings.home, known)
    if failed is not None:
        raise failed
    return made
