"""Incidents: what begins and what ends between two looks at a home's health, kept beside its metrics."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from smallcap.errors import InputError
from smallcap.health.findings import HealthFinding, State
from smallcap.parsing import parse_json
from smallcap.private_files import make_private, write_private

FILE = Path("health") / "incidents.json"
SUBJECTS = {
    "publication": "runs",
    "last_run": "runs",
    "good_run_age": "runs",
    "clock": "runs",
    "as_of_age": "runs",
    "list_age": "lists of members",
    "list_change_age": "lists of members",
    "filing_age": "statements",
    "filings": "statements",
    "price_age": "prices",
    "factors_age": "factors",
    "free_space": "disk",
    "growth": "disk",
    "quota_xfinlink": "requests of xfinlink",
}
"""What each finding is about: findings of one subject have one cause as a rule, and are one incident."""


@dataclass(frozen=True)
class Incident:
    """Something that needs a person, from the look that found it to the one that finds it over.

    Attributes
    ----------
    subject
        What it is about.
    since
        When it was found, UTC, ISO 8601.
    told
        What was found then, with the remedies.
    """

    subject: str
    since: str
    told: str


@dataclass(frozen=True)
class Change:
    """One incident that began or ended."""

    incident: Incident
    is_over: bool


def changes(
    open_incidents: Sequence[Incident], findings: Sequence[HealthFinding], now: dt.datetime
) -> list[Change]:
    """Compare the incidents that are open with what is found now.

    Parameters
    ----------
    open_incidents
        Those that began and did not end.
    findings
        What is found now.
    now
        The time, UTC.

    Returns
    -------
    list of Change
        Those that end, then those that begin; an incident that goes on is no change, whatever it becomes.
    """
    present = _by_subject(findings)
    known = {incident.subject for incident in open_incidents}
    over = [Change(incident, True) for incident in open_incidents if incident.subject not in present]
    begun = [
        Change(Incident(subject, now.isoformat(timespec="seconds"), told), False)
        for subject, told in present.items()
        if subject not in known
    ]
    return [*over, *begun]


def after(open_incidents: Sequence[Incident], made: Sequence[Change]) -> list[Incident]:
    """Return the incidents that are open after some changes."""
    ended = {change.incident for change in made if change.is_over}
    begun = [change.incident for change in made if not change.is_over]
    return [*(incident for incident in open_incidents if incident not in ended), *begun]


def read_incidents(home: Path) -> list[Incident]:
    """Read the open incidents of a home.

    Raises
    ------
    InputError
        When the file cannot be read, naming it.
    """
    path = home / FILE
    if not path.exists():
        return []
    try:
        return [Incident(**row) for row in parse_json(path.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"the open incidents {path} cannot be read ({error}); delete the file: what is wrong now will be "
            f"reported again"
        ) from None


def write_incidents(home: Path, incidents: Sequence[Incident]) -> None:
    """Write the open incidents of a home, in one step."""
    path = home / FILE
    make_private(path.parent)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    write_private(temporary, json.dumps([asdict(incident) for incident in incidents], indent=1).encode())
    os.replace(temporary, path)


def _by_subject(findings: Sequence[HealthFinding]) -> Mapping[str, str]:
    told: dict[str, list[str]] = {}
    for finding in findings:
        if finding.state is not State.HEALTHY:
            subject = SUBJECTS.get(finding.name, finding.name.replace("_", " "))
            told.setdefault(subject, []).append(f"{finding.state}: {finding.told}. To do: {finding.remedy}")
    return {subject: "\n".join(lines) for subject, lines in told.items()}
