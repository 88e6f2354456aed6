"""Incidents: told once when they begin and once when they are over, whatever happens in between."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.health.findings import HealthFinding
from smallcap.health.incidents import (
    FILE,
    Change,
    Incident,
    after,
    changes,
    read_incidents,
    write_incidents,
)
from smallcap.health.judge import judge
from tests.unit.health.cases import NOW, RULES, facts, line


def told(nights: list[list[HealthFinding]]) -> list[tuple[int, str, bool]]:
    """Look at each night in turn; return what was told: night, subject, whether it was the end."""
    known: list[Incident] = []
    messages: list[tuple[int, str, bool]] = []
    for number, findings in enumerate(nights):
        made = changes(known, findings, NOW + dt.timedelta(days=number))
        messages += [(number, change.incident.subject, change.is_over) for change in made]
        known = after(known, made)
    return messages


def night(**changed: object) -> list[HealthFinding]:
    return judge(facts(**changed), RULES)


def test_a_month_with_three_incidents_tells_three_beginnings_and_three_ends() -> None:
    failed = [night(lines=[line(days), line(0.1, 8, "no answer")]) for days in (1, 2, 3)]
    full = [night(free_bytes=free) for free in (1_900_000_000, 400_000_000, 1_000_000_000)]
    old = [
        night(dates={**facts().dates, "factors": NOW.date() - dt.timedelta(days=100 + day)})
        for day in range(5)
    ]
    month = [night()] * 4 + failed + [night()] * 6 + full + [night()] * 5 + old + [night()] * 4
    assert len(month) == 30
    assert told(month) == [
        (4, "runs", False),
        (7, "runs", True),
        (13, "disk", False),
        (16, "disk", True),
        (21, "factors", False),
        (26, "factors", True),
    ]


def test_two_incidents_at_once_are_told_apart() -> None:
    both = night(unfinished=True, free_bytes=100_000_000)
    assert told([both, night(unfinished=True), night()]) == [
        (0, "runs", False),
        (0, "disk", False),
        (1, "disk", True),
        (2, "runs", True),
    ]


def test_a_message_names_what_was_found_and_the_remedy() -> None:
    [change] = changes([], night(unfinished=True), NOW)
    assert change.incident.told == (
        "degraded: a run was ended before it had finished. To do: run it again: smallcap run"
    )


def test_open_incidents_are_kept_between_two_looks(tmp_path: Path) -> None:
    made = changes([], night(unfinished=True), NOW)
    write_incidents(tmp_path, after([], made))
    assert read_incidents(tmp_path) == [change.incident for change in made]
    assert changes(read_incidents(tmp_path), night(), NOW) == [Change(made[0].incident, True)]


def test_a_damaged_record_of_incidents_is_named_with_its_remedy(tmp_path: Path) -> None:
    write_incidents(tmp_path, [])
    (tmp_path / FILE).write_text('[{"subject": 1}]')
    with pytest.raises(InputError, match="delete the file"):
        read_incidents(tmp_path)
