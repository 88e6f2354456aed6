"""The published results of the study to compare with: the rows of published_figures.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

from smallcap.rules.types.base import FieldError, Row, require

FIGURES_FILE: Final = "published_figures.csv"


@dataclass(frozen=True, kw_only=True)
class PublishedFigure(Row):
    """A published result.

    Attributes
    ----------
    topic
        screen: counts and medians of the quality study; names: its best and worst; index: the deep dive's
        profile; regression: that of the value book.
    item
        What the figure is of: all, quintile 5, a ticker, a factor.
    measure
        The figure, named as our column.
    value, highest
        Fractions, multiples, counts or US dollars; the second only for a published range.
    note, source
        The published remark, and where the figure comes from.
    """

    topic: Literal["screen", "names", "index", "regression"]
    item: str
    measure: str
    value: float
    highest: float | None = None
    note: str = ""
    source: str

    def __post_init__(self) -> None:
        is_range = self.highest is None or self.value <= self.highest
        require(is_range, "highest", f"({self.highest}) is below 'value' ({self.value})")

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a second value of one figure."""
        own = (self.topic, self.item, self.measure)
        if any(own == (other.topic, other.item, other.measure) for other in earlier):
            raise FieldError("measure", f"({self.measure} of {self.item}) is on an earlier line already")
