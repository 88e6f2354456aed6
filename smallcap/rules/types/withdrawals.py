"""Rows that a source no longer delivers and that a person removed (withdrawals.csv)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from smallcap.rules.types.base import Day, Row, require

WITHDRAWALS_FILE: Final = "withdrawals.csv"


@dataclass(frozen=True, kw_only=True)
class Withdrawal(Row):
    """Rows of one company or line that are removed as soon as the source no longer delivers them.

    Attributes
    ----------
    source
        The source, as in the column `source`.
    dataset
        fundamentals, quarterly_fundamentals, vendor_metrics or prices.
    source_id
        The source's id of the company or line.
    first_day, last_day
        The periods that are removed; None is without a limit.
    reason
        Why, and who decided it.
    """

    source: str
    dataset: Literal["fundamentals", "quarterly_fundamentals", "vendor_metrics", "prices"]
    source_id: str
    first_day: Day | None = None
    last_day: Day | None = None
    reason: str

    def __post_init__(self) -> None:
        is_ordered = self.first_day is None or self.last_day is None or self.first_day <= self.last_day
        require(is_ordered, "last_day", f"({self.last_day}) is before 'first_day' ({self.first_day})")


def is_withdrawn(
    withdrawals: Sequence[Withdrawal], source: str, dataset: str, their_id: str, period: str
) -> pl.Expr:
    """Return whether a row was removed: it is missing, and a withdrawal names it.

    Parameters
    ----------
    withdrawals
        The rule set.
    source, dataset
        The source, and the raw table without its layer.
    their_id, period
        Names of the columns with the source's id and with the day of the row.
    """
    named = [
        (pl.col(their_id) == one.source_id)
        & (pl.lit(value=True) if one.first_day is None else pl.col(period) >= one.first_day)
        & (pl.lit(value=True) if one.last_day is None else pl.col(period) <= one.last_day)
        for one in withdrawals
        if (one.source, one.dataset) == (source, dataset)
    ]
    return pl.col("missing_since").is_not_null() & pl.any_horizontal(pl.lit(value=False), *named)
