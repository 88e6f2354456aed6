"""Judges a home's health from what is known of it; no I/O and no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from statistics import mean, median

from smallcap.health.facts import HealthFacts
from smallcap.health.findings import HealthFinding, State
from smallcap.health.judge_runs import clock, good_run, last_run, publication, state_of
from smallcap.rules.types.freshness import AgeLimit, DiskLimits, FilingLimits, FreshnessRules, QuotaLimits

AGES = {
    "as_of": ("newest published date", "run it for a newer date: smallcap run"),
    "list": (
        "newest list of members",
        "look whether the source still delivers lists: smallcap doctor --online",
    ),
    "filing": (
        "newest filing",
        "look whether the source still delivers statements: smallcap doctor --online",
    ),
    "price": ("newest price", "look whether the source still delivers prices: smallcap doctor --online"),
    "factors": (
        "end of the newest month of factors",
        "look whether the factor library can be reached: smallcap doctor --online",
    ),
}
"""What each age is of, and what to do where it is too high."""
MB = 1_000_000


def judge(facts: HealthFacts, rules: FreshnessRules) -> list[HealthFinding]:
    """Judge a home.

    Parameters
    ----------
    facts
        What is known of it.
    rules
        The limits.

    Returns
    -------
    list of HealthFinding
        One per thing looked at, in a fixed order; every name occurs once.
    """
    findings = [publication(facts, rules.ages.publication), last_run(facts)]
    findings += [good_run(facts, rules.ages.good_run), clock(facts)]
    findings += _ages(facts, rules)
    if facts.is_live:
        findings += [*_list_change(facts, rules.ages.list_change), *_filings(facts, rules.filings)]
    findings += [_free_space(facts, rules.disk), *_growth(facts, rules.disk)]
    return [*findings, *_quota(facts, rules.quota)]


def _ages(facts: HealthFacts, rules: FreshnessRules) -> Iterator[HealthFinding]:
    for name, (what, remedy) in AGES.items():
        day = facts.dates.get(name)
        if day is None:
            continue
        days = (facts.day - day).days
        limit: AgeLimit = getattr(rules.ages, name)
        state = state_of(days, limit) if facts.is_live else State.HEALTHY
        if name == "factors" and facts.factor_vintage:
            what += f", vintage {facts.factor_vintage}"
        told = f"{what}: {day}, {days} days ago"
        if not facts.is_live:
            told = f"{what}: {day} (synthetic; its age is not judged)"
        elif state is not State.HEALTHY:
            told += f"; the limits are {limit.degraded} and {limit.failing}"
        yield HealthFinding(
            f"{name}_age", state, told, "" if state is State.HEALTHY else remedy, days, "days"
        )


def _list_change(facts: HealthFacts, limit: AgeLimit) -> Iterator[HealthFinding]:
    if facts.list_unchanged_since is None:
        return
    days = (facts.day - facts.list_unchanged_since).days
    state = state_of(days, limit)
    told = f"the members of the lists are the same since {facts.list_unchanged_since}, for {days} days"
    remedy = "the source may serve an old list under new dates: compare it with the fund's own page"
    yield HealthFinding(
        "list_change_age", state, told, "" if state is State.HEALTHY else remedy, days, "days"
    )


def _filings(facts: HealthFacts, limits: FilingLimits) -> Iterator[HealthFinding]:
    """Compare the filings of the last days with those of the same days of earlier years that have any."""
    if not facts.filings:
        return
    now, *earlier = facts.filings
    usual = [count for count in earlier if count]
    if not usual or mean(usual) < limits.least_usual:
        return
    is_low = now < limits.least_share * mean(usual)
    told = (
        f"{now} filings in the last {limits.days} days; {mean(usual):.0f} are usual at this time of the year"
    )
    remedy = "look whether the source still delivers statements: smallcap doctor --online"
    yield HealthFinding(
        "filings", State.DEGRADED if is_low else State.HEALTHY, told, remedy if is_low else "", now, "filings"
    )


def _free_space(facts: HealthFacts, limits: DiskLimits) -> HealthFinding:
    free = facts.free_bytes / MB
    state = State.HEALTHY
    if free < limits.degraded_mb:
        state = State.FAILING if free < limits.failing_mb else State.DEGRADED
    remedy = "" if state is State.HEALTHY else "free some space, or move the home to another disk"
    return HealthFinding("free_space", state, f"{free:,.0f} MB free", remedy, facts.free_bytes, "bytes")


def _growth(facts: HealthFacts, limits: DiskLimits) -> Iterator[HealthFinding]:
    """Judge the median growth per day of the last good runs, which one backfill does not move."""
    lines = [line for line in facts.lines if line.is_good][-limits.growth_nights - 1 :]
    if len(lines) <= limits.growth_nights:
        return
    grown = [
        (line.home_bytes - before.home_bytes) / max((line.moment - before.moment) / dt.timedelta(days=1), 1)
        for before, line in pairwise(lines)
    ]
    per_night = median(grown)
    is_high = per_night > limits.growth_mb * MB
    told = f"the home grows by {per_night / MB:.2f} MB a night, and has {lines[-1].home_bytes / MB:,.0f} MB"
    remedy = "look what grows: du --max-depth 2; docs/operations.md says what is kept, and for how long"
    yield HealthFinding(
        "growth",
        State.DEGRADED if is_high else State.HEALTHY,
        told,
        remedy if is_high else "",
        per_night,
        "bytes",
    )


def _quota(facts: HealthFacts, limits: QuotaLimits) -> Iterator[HealthFinding]:
    for fact in facts.quotas:
        is_low = fact.left < limits.least_share * fact.allowed
        told = f"{fact.source}: {fact.left} of {fact.allowed} requests of today are left"
        yield HealthFinding(
            f"quota_{fact.source}",
            State.DEGRADED if is_low else State.HEALTHY,
            told,
            "ask for less, or for a larger plan; what was fetched is kept" if is_low else "",
            fact.left,
            "requests",
        )
