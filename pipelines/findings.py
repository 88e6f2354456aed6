"""What a check of a table is, and what it found."""

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


@dataclass(frozen=True)
class TableCheck:
    """A check of one table.

    Attributes
    ----------
    table, name
        The table, and what the check is called.
    find
        What finds out.
    description
        What the check is for, shown in Dagster's pages.
    """

    table: str
    name: str
    find: Check
    description: str
