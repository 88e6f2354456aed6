"""One finding about the health of a home, and the state that several amount to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is: healthy, degraded (a person should look), failing (what is served is old or gone)."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAILING = "failing"


ORDER = tuple(State)
"""From good to bad."""


@dataclass(frozen=True)
class HealthFinding:
    """One thing looked at.

    Attributes
    ----------
    name
        A fixed name, by which alerts and metrics know the thing, such as ``filing_age``.
    state
        How it is.
    told
        What was found, in words, with its number.
    remedy
        What to do; empty where it is healthy.
    value
        The number that was judged, in the unit of `unit`; None where there is none.
    unit
        days, minutes, filings, bytes, requests; empty without a number.
    """

    name: str
    state: State
    told: str
    remedy: str = ""
    value: float | None = None
    unit: str = ""


def worst(findings: Iterable[HealthFinding]) -> State:
    """Return the worst state of some findings; healthy where there are none."""
    return max((finding.state for finding in findings), key=ORDER.index, default=State.HEALTHY)
