"""What the head of the page says of the health of the home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class HealthLine:
    """One thing that needs a person: how it is, what was found, and what to do."""

    state: str
    told: str
    remedy: str


@dataclass(frozen=True)
class HealthNote:
    """The health of the home on the day on which the page was written.

    Attributes
    ----------
    day
        That day.
    state
        healthy, degraded or failing.
    lines
        What needs a person; none where the home is healthy.
    """

    day: dt.date
    state: str
    lines: Sequence[HealthLine]
