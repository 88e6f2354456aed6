"""A healthy home as facts, which a test changes in one place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from smallcap.health.facts import HealthFacts
from smallcap.health.findings import HealthFinding
from smallcap.health.judge import judge
from smallcap.health.runlines import RunLine
from smallcap.rules.files import read_rules
from smallcap.rules.types.freshness import FRESHNESS_FILE, FreshnessRules
from tests.paths import PROJECT_ROOT

NOW = dt.datetime(2026, 3, 20, 8)
RULES = read_rules(PROJECT_ROOT / "data" / "reference", FRESHNESS_FILE, FreshnessRules)
MB = 1_000_000


def line(days_ago: float, exit_code: int = 0, message: str = "", home_bytes: int = 100 * MB) -> RunLine:
    """A run that ended so many days ago."""
    at = NOW - dt.timedelta(days=days_ago)
    return RunLine(at.isoformat(), "smallcap run", "xfinlink", exit_code, message, 60.0, home_bytes)


def facts(**changed: Any) -> HealthFacts:
    """A healthy home of a live source, with what is changed."""
    today = NOW.date()
    healthy = HealthFacts(
        day=today,
        now=NOW,
        is_live=True,
        published_at=NOW - dt.timedelta(hours=5),
        dates={
            "as_of": today - dt.timedelta(days=1),
            "list": today - dt.timedelta(days=1),
            "filing": today - dt.timedelta(days=2),
            "price": dt.date(2026, 2, 27),
            "factors": dt.date(2026, 1, 31),
        },
        unreadable="",
        factor_vintage="202601",
        clock_tolerance=dt.timedelta(minutes=5),
        list_unchanged_since=today - dt.timedelta(days=3),
        filings=[900, 1000, 980, 1020],
        lines=[line(days) for days in range(9, 0, -1)] + [line(0.2)],
        unfinished=False,
        free_bytes=50_000 * MB,
        quotas=(),
    )
    return replace(healthy, **changed)


def judged(**changed: Any) -> dict[str, HealthFinding]:
    """The findings about a healthy home with what is changed, by name."""
    findings = judge(facts(**changed), RULES)
    names = [finding.name for finding in findings]
    assert len(names) == len(set(names))
    return {finding.name: finding for finding in findings}
