"""Judges runs: what is published, how the last run ended, when one last ended well, and the clock."""

from __future__ import annotations

from smallcap.health.facts import HealthFacts
from smallcap.health.findings import HealthFinding, State
from smallcap.health.remedies import remedy_of
from smallcap.health.runlines import RunLine
from smallcap.rules.types.freshness import AgeLimit

DAY_SECONDS = 86_400


def publication(facts: HealthFacts, limit: AgeLimit) -> HealthFinding:
    """Judge whether something is published, can be read, and is not too old."""
    if facts.published_at is None:
        told = facts.unreadable or "nothing is published"
        return HealthFinding(
            "publication", State.FAILING, told, "look what is damaged: smallcap doctor; then: smallcap run"
        )
    days = (facts.now - facts.published_at).total_seconds() / DAY_SECONDS
    state = state_of(days, limit) if facts.is_live else State.HEALTHY
    told = f"published {facts.published_at:%Y-%m-%d %H:%M} UTC, {days:.1f} days ago, and readable"
    remedy = "" if state is State.HEALTHY else "make it for a newer date: smallcap run"
    return HealthFinding("publication", state, told, remedy, round(days, 3), "days")


def last_run(facts: HealthFacts) -> HealthFinding:
    """Judge how the last run ended; that the nights since a good one are too many is judged apart."""
    if facts.unfinished:
        return HealthFinding(
            "last_run", State.DEGRADED, "a run was ended before it had finished", "run it again: smallcap run"
        )
    last = facts.lines[-1] if facts.lines else None
    if last is None or last.is_good:
        told = "no run is in the log" if last is None else f"the last run ended well at {_at(last)}"
        return HealthFinding("last_run", State.HEALTHY, told + _last_failure(facts))
    return HealthFinding(
        "last_run",
        State.DEGRADED,
        f"the last run ({last.command}) ended at {_at(last)} with exit code {last.exit_code}: {last.message}",
        remedy_of(last.exit_code),
        last.exit_code,
    )


def _last_failure(facts: HealthFacts) -> str:
    """Tell of the last run that failed, which one that ended well followed."""
    failed = next((line for line in reversed(facts.lines) if not line.is_good), None)
    if failed is None:
        return ""
    return (
        f"; before it, the last that failed ended at {_at(failed)} with exit code {failed.exit_code}: "
        f"{failed.message} (then: {remedy_of(failed.exit_code)})"
    )


def clock(facts: HealthFacts) -> HealthFinding:
    """Compare the clock with the newest record: runs are refused under a clock that is behind it."""
    records = [line.moment for line in facts.lines[-1:]]
    newest = max([*records, *([facts.published_at] if facts.published_at else [])], default=facts.now)
    behind = newest - facts.now
    if behind <= facts.clock_tolerance:
        return HealthFinding("clock", State.HEALTHY, f"the clock says {facts.now:%Y-%m-%d %H:%M} UTC")
    minutes = int(behind.total_seconds() // 60) + 1
    return HealthFinding(
        "clock",
        State.DEGRADED,
        f"the clock says {facts.now:%Y-%m-%d %H:%M} UTC, and the newest record is of "
        f"{newest:%Y-%m-%d %H:%M} UTC",
        "correct the clock; where it was wrong when that was recorded, set "
        f"SMALLCAP_CLOCK_TOLERANCE_MINUTES={minutes} until that time has passed",
        minutes,
        "minutes",
    )


def good_run(facts: HealthFacts, limit: AgeLimit) -> HealthFinding:
    """Judge how long ago a run last ended well."""
    good = [line.moment for line in facts.lines if line.is_good]
    moment = good[-1] if good else facts.published_at
    if moment is None:
        return HealthFinding("good_run_age", State.FAILING, "no run has ended well", "run it: smallcap run")
    days = (facts.now - moment).total_seconds() / DAY_SECONDS
    told = f"the last good run ended {moment:%Y-%m-%d %H:%M} UTC, {days:.1f} days ago"
    state = state_of(days, limit)
    remedy = (
        ""
        if state is State.HEALTHY
        else "look why runs fail or do not start: smallcap health, docs/health.md"
    )
    return HealthFinding("good_run_age", state, told, remedy, round(days, 3), "days")


def state_of(days: float, limit: AgeLimit) -> State:
    """Return how something of an age is."""
    if days >= limit.failing:
        return State.FAILING
    return State.DEGRADED if days >= limit.degraded else State.HEALTHY


def _at(line: RunLine) -> str:
    return f"{line.moment:%Y-%m-%d %H:%M} UTC"
