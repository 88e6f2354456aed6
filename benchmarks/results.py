"""What a benchmark returns: tables, and limits that hold or do not; nothing is measured or printed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """One number that must stay on one side of another.

    Attributes
    ----------
    what
        What was measured, in words.
    measured
        The number.
    bound
        The limit.
    unit
        Follows both numbers.
    is_least
        Whether the bound is a least value; else it is a greatest.
    """

    what: str
    measured: float
    bound: float
    unit: str = "×"
    is_least: bool = False

    @property
    def is_held(self) -> bool:
        """Whether the number is on the right side."""
        return self.measured >= self.bound if self.is_least else self.measured <= self.bound


@dataclass(frozen=True)
class Section:
    """One benchmark.

    Attributes
    ----------
    title
        Its heading.
    text
        What was measured, and what each ratio means.
    columns, rows
        The table, cells as text.
    limits
        The limits of the section.
    load
        What other programs did meanwhile, in words.
    """

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    limits: Sequence[Limit]
    load: str = ""
