"""Limits of the plans of the vendor xfinlink: the typed form of data/reference/xfinlink_plans.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.base import Record, RuleSet, require

FILE_NAME: Final = "xfinlink_plans.toml"


@dataclass(frozen=True)
class Plan(Record):
    """Limits of one plan.

    Attributes
    ----------
    tickers_per_call
        Tickers or entity ids per data request.
    requests_per_day, requests_per_hour
        HTTP requests, one per page; 0: no limit.
    pages_per_call
        Maximum pages of one request.
    history_years
        Years before today for which data are served; 0: all.
    least_refresh_hours
        Minimum time before data of a running period are fetched again.
    """

    tickers_per_call: int
    requests_per_day: int
    requests_per_hour: int
    pages_per_call: int
    history_years: int
    least_refresh_hours: int

    def __post_init__(self) -> None:
        for field in ("tickers_per_call", "pages_per_call"):
            require(getattr(self, field) >= 1, field, f"must be at least 1, got {getattr(self, field)}")
        for field in ("requests_per_day", "requests_per_hour", "history_years", "least_refresh_hours"):
            require(getattr(self, field) >= 0, field, f"must not be negative, got {getattr(self, field)}")


@dataclass(frozen=True)
class Plans(RuleSet):
    """Every plan of the vendor."""

    free: Plan
    pro: Plan
    max: Plan
    redistribution: Plan
