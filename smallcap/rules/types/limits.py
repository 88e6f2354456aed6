"""Upper limits of ratios, and the ranges that thresholds must be in."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallcap.rules.types.base import Record, require


def require_not_negative(values: object, *names: str) -> None:
    """Refuse a negative value of one of the named fields."""
    for name in names:
        require(getattr(values, name) >= 0, name, f"must not be negative, got {getattr(values, name)}")


def require_share(values: object, *names: str) -> None:
    """Refuse a value outside 0 to 1 of one of the named fields."""
    for name in names:
        require(0 <= getattr(values, name) <= 1, name, f"must be in [0, 1], got {getattr(values, name)}")


@dataclass(frozen=True)
class Limit(Record):
    """An upper limit on a ratio.

    Attributes
    ----------
    limit
        The limit.
    is_limit_allowed
        Whether a value equal to the limit passes.
    borderline_from
        A pass at or above this value is borderline.
    """

    limit: float
    is_limit_allowed: bool
    borderline_from: float

    def __post_init__(self) -> None:
        """Refuse a borderline above the limit."""
        is_inside = 0 <= self.borderline_from <= self.limit
        require(
            is_inside, "borderline_from", f"must be in [0, limit] ({self.limit}), got {self.borderline_from}"
        )

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Whether a value is within the limit; null if unknown."""
        return value <= self.limit if self.is_limit_allowed else value < self.limit

    def is_borderline(self, value: pl.Expr) -> pl.Expr:
        """Whether a value is close to the limit or beyond it."""
        return value >= self.borderline_from
