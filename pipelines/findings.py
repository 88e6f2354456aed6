"""What a check found, and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from smallcap.engine.context import Run


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    status
        Passed, warned or failed.
    message
        Why, in words.
    counts
        What was counted, by name.
    examples
        The first of the rows that the finding is about.
    """

    status: str
    message: str
    counts: Mapping[str, int | float | str] = field(default_factory=dict)
    examples: Sequence[Mapping[str, object]] = ()


Check = Callable[[Run], Finding]
