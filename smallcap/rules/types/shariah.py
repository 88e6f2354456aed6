"""The standards of filter 2 as typed objects; values are in shariah.toml."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from smallcap.errors import InputError
from smallcap.rules.types.base import RuleSet, require
from smallcap.rules.types.limits import Limit


@dataclass(frozen=True)
class ShariahRules(RuleSet):
    """The financial ratio screens of one standard.

    Attributes
    ----------
    effective_from
        First day of the standard in this wording; information only, it is applied to earlier dates too.
    denominator
        spot: the market value at as_of; mean: its mean over `mean_months`, of which at least `least_months`
        must be known.
    leases
        How the standard treats leases: as_reported, excluded or included.
    debt, income
        Interest-bearing debt over the denominator; non-permissible income over revenue.
    cash
        Cash and short-term investments over the denominator; None if the standard has no such limit.
    """

    effective_from: dt.date
    denominator: Literal["spot", "mean"]
    mean_months: int
    least_months: int
    leases: Literal["as_reported", "excluded", "included"]
    debt: Limit
    income: Limit
    cash: Limit | None = None

    def __post_init__(self) -> None:
        """Refuse an empty window."""
        is_inside = 1 <= self.least_months <= self.mean_months
        require(
            is_inside,
            "least_months",
            f"must be 1 to mean_months ({self.mean_months}), got {self.least_months}",
        )


@dataclass(frozen=True)
class ShariahStandards(RuleSet):
    """The standards of data/reference/shariah.toml by name."""

    standards: dict[str, ShariahRules]

    def __post_init__(self) -> None:
        """Refuse a standard whose name differs from its key."""
        for key, rules in self.standards.items():
            require(
                rules.name == key,
                ("standards", key, "name"),
                f"must be '{key}' as in [standards.{key}], got '{rules.name}'",
            )

    def named(self, name: str) -> ShariahRules:
        """Find a standard by its name.

        Raises
        ------
        InputError
            When there is no such standard; the message lists the available ones.
        """
        if name not in self.standards:
            raise InputError(
                f"setting 'shariah_standard': there is no standard '{name}'; the standards are: "
                f"{', '.join(self.standards)}"
            )
        return self.standards[name]
