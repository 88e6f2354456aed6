"""What a plan of the vendor allows: the typed form of data/reference/xfinlink_plans.toml. Who counts against it is `fetching`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from smallcap.rules.files import read_rules
from smallcap.sources.fetching import Limits

FILE_NAME = "xfinlink_plans.toml"

PlanName = Literal["free", "pro", "max", "redistribution"]


@dataclass(frozen=True)
class Plan:
    """Limits of one plan; 0 means no limit where a limit may be absent.

    Attributes
    ----------
    tickers_per_call
        Tickers or entity ids of one data request.
    requests_per_day, requests_per_hour
        HTTP requests; each page is one. 0: no limit.
    pages_per_call
        Pages to which one cursor leads.
    history_years
        Years before today for which data are served; 0: all.
    least_refresh_hours
        What was fetched of a running period stays good at least so long.
    """

    tickers_per_call: int
    requests_per_day: int
    requests_per_hour: int
    pages_per_call: int
    history_years: int
    least_refresh_hours: int

    def __post_init__(self) -> None:
        for field in ("tickers_per_call", "pages_per_call"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} must be at least 1")
        for field in ("requests_per_day", "requests_per_hour", "history_years", "least_refresh_hours"):
            if getattr(self, field) < 0:
                raise ValueError(f"{field} cannot be negative")

    @property
    def limits(self) -> Limits:
        """The plan's quota of requests."""
        return Limits(per_day=self.requests_per_day or None, per_hour=self.requests_per_hour or None)


@dataclass(frozen=True)
class Plans:
    """Every plan of the vendor."""

    name: str
    version: str
    source: str
    free: Plan
    pro: Plan
    max: Plan
    redistribution: Plan


def load_plan(reference_dir: Path, plan: PlanName) -> Plan:
    """Read the limits of a plan.

    Raises
    ------
    InputError
        When the file is wrong; the message names file, line and field.
    """
    return cast(Plan, getattr(read_rules(reference_dir, FILE_NAME, Plans), plan))
