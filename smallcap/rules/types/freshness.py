"""The limits of health, validated; values are in data/reference/freshness.toml."""

from __future__ import annotations

from dataclasses import dataclass, fields

from smallcap.rules.types.base import Record, RuleSet, require

FRESHNESS_FILE = "freshness.toml"


@dataclass(frozen=True)
class AgeLimit(Record):
    """Days from which something old is degraded, and from which it is failing."""

    degraded: int
    failing: int

    def __post_init__(self) -> None:
        allowed = 0 < self.degraded < self.failing
        require(
            allowed, "degraded", f"must be above 0 and below failing ({self.failing}), got {self.degraded}"
        )


@dataclass(frozen=True)
class AgeLimits(Record):
    """The limit of each thing that gets old.

    Attributes
    ----------
    good_run, publication
        Days since a run last ended well, and since what is served was published.
    as_of
        Days since the newest published date.
    list, list_change
        Days since the newest list of members, and since its members last changed.
    filing, price, factors
        Days since the newest filing, price, and end of a month of factors.
    """

    good_run: AgeLimit
    publication: AgeLimit
    as_of: AgeLimit
    list: AgeLimit
    list_change: AgeLimit
    filing: AgeLimit
    price: AgeLimit
    factors: AgeLimit


@dataclass(frozen=True)
class FilingLimits(Record):
    """How few filings are too few.

    Attributes
    ----------
    days
        The last days that are compared.
    years
        Earlier years that they are compared with.
    least_usual
        Mean number of filings of those years from which the comparison says something.
    least_share
        Share of the usual number below which the home is degraded.
    """

    days: int
    years: int
    least_usual: int
    least_share: float

    def __post_init__(self) -> None:
        for name in ("days", "years", "least_usual"):
            require(getattr(self, name) > 0, name, f"must be positive, got {getattr(self, name)}")
        require(0 < self.least_share < 1, "least_share", f"must be between 0 and 1, got {self.least_share}")


@dataclass(frozen=True)
class DiskLimits(Record):
    """Free space, in MB, below which the home is degraded or failing, and how much a night may add.

    Attributes
    ----------
    degraded_mb, failing_mb
        Free space.
    growth_mb
        Growth of the home per night, the median of the last `growth_nights`.
    growth_nights
        How many nights are looked at, and needed.
    """

    degraded_mb: int
    failing_mb: int
    growth_mb: int
    growth_nights: int

    def __post_init__(self) -> None:
        for field in fields(self):
            require(
                getattr(self, field.name) > 0,
                field.name,
                f"must be positive, got {getattr(self, field.name)}",
            )
        allowed = self.failing_mb < self.degraded_mb
        require(
            allowed, "failing_mb", f"must be below degraded_mb ({self.degraded_mb}), got {self.failing_mb}"
        )


@dataclass(frozen=True)
class QuotaLimits(Record):
    """Share of a source's requests of a day below which the home is degraded."""

    least_share: float

    def __post_init__(self) -> None:
        require(
            0 <= self.least_share < 1, "least_share", f"must be from 0 to below 1, got {self.least_share}"
        )


@dataclass(frozen=True)
class FreshnessRules(RuleSet):
    """Rules of data/reference/freshness.toml.

    Attributes
    ----------
    ages, filings, disk, quota
        Limits of ages, of the number of filings, of free space and growth, and of requests that are left.
    """

    ages: AgeLimits
    filings: FilingLimits
    disk: DiskLimits
    quota: QuotaLimits
