"""When a table as a whole is implausible: the level and the signs of its figures, as typed thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, require


@dataclass(frozen=True)
class LevelBounds(Record):
    """Bounds of a ratio's median over the members: outside the outer ones a run stops, else it warns."""

    stop_below: float
    warn_below: float
    warn_above: float
    stop_above: float

    def __post_init__(self) -> None:
        bounds = (self.stop_below, self.warn_below, self.warn_above, self.stop_above)
        require(self.stop_below >= 0, "stop_below", f"must not be negative, got {self.stop_below}")
        names = ("warn_below", "warn_above", "stop_above")
        for name, value, before in zip(names, bounds[1:], bounds[:-1], strict=True):
            require(value >= before, name, f"must not be below the bound before it ({before}), got {value}")


@dataclass(frozen=True)
class SignBounds(Record):
    """Shares of negative values, among those not zero, above which a run warns or stops; 1 means never."""

    warn_above: float
    stop_above: float

    def __post_init__(self) -> None:
        require(0 <= self.warn_above <= 1, "warn_above", f"must be in [0, 1], got {self.warn_above}")
        require(
            self.warn_above <= self.stop_above <= 1,
            "stop_above",
            f"must be in [warn_above ({self.warn_above}), 1], got {self.stop_above}",
        )


@dataclass(frozen=True)
class TableSigns(Record):
    """Items of which negative values are rare in a table whose expenses and outflows are positive."""

    capital_expenditures: SignBounds
    cost_of_revenue: SignBounds
    interest_expense: SignBounds
    net_interest_expense: SignBounds
    dividends_paid: SignBounds
    income_tax: SignBounds


@dataclass(frozen=True)
class TableLevels(Record):
    """Ratios of which the median over the members shows a wrong unit of a table."""

    price_to_book: LevelBounds
    debt_to_market_value: LevelBounds
    fund_share: LevelBounds


@dataclass(frozen=True)
class PlausibilityRules(Record):
    """Which signs and levels of a table are plausible.

    Attributes
    ----------
    min_values
        Values below which nothing is said.
    min_values_to_stop
        Values below which a run warns at most.
    signs, levels
        The bounds.
    """

    min_values: int
    min_values_to_stop: int
    signs: TableSigns
    levels: TableLevels

    def __post_init__(self) -> None:
        require(self.min_values >= 1, "min_values", f"must be at least 1, got {self.min_values}")
        require(
            self.min_values_to_stop >= self.min_values,
            "min_values_to_stop",
            f"must not be below min_values ({self.min_values}), got {self.min_values_to_stop}",
        )
