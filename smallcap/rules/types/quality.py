"""The quality screen's rule set as typed objects, and the variants of the screen that its ablation compares.

The defaults stand in data/reference/quality.toml; nothing is read here.
"""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require

SCORE_INPUTS = ("roe", "fcf_margin", "debt_to_assets", "interest_coverage")
REQUIRED_INPUTS = (*SCORE_INPUTS, "market_cap_usd")


@dataclass(frozen=True)
class Bounds(Record):
    """A range that a number must lie in.

    Attributes
    ----------
    lowest, highest
        The ends, in the number's own unit.
    is_inclusive
        Whether the ends themselves are allowed.
    """

    lowest: float
    highest: float
    is_inclusive: bool

    def __post_init__(self) -> None:
        """Refuse ends in the wrong order."""
        require(
            self.lowest < self.highest, "lowest", f"must be below highest ({self.highest}), got {self.lowest}"
        )


@dataclass(frozen=True)
class Controls(Record):
    """The outlier controls: a record outside one of them is not scored. They are asked in the order in which they stand here."""

    market_cap_usd: Bounds
    roe: Bounds
    fcf_margin: Bounds
    debt_to_assets: Bounds


@dataclass(frozen=True)
class Winsorizing(Record):
    """The quantiles at which each input is cut, among the records left at one as_of."""

    lower_quantile: float
    upper_quantile: float

    def __post_init__(self) -> None:
        """Refuse quantiles outside 0 to 1 or in the wrong order."""
        low, high = self.lower_quantile, self.upper_quantile
        is_in_order = 0 <= low < high <= 1
        require(
            is_in_order,
            "lower_quantile",
            f"({low}) and 'upper_quantile' ({high}) must lie in 0 to 1, the lower one first",
        )


@dataclass(frozen=True)
class AsPublished(Record):
    """The basis that repeats the study's own look-ahead.

    Attributes
    ----------
    lag_days
        Days after as_of on which the study asked its vendor.
    stale_months
        A record whose period_end lies more than this before as_of is stale.
    """

    lag_days: int
    stale_months: int

    def __post_init__(self) -> None:
        """Refuse numbers that are not positive."""
        for field in ("lag_days", "stale_months"):
            require(getattr(self, field) > 0, field, f"must be positive, got {getattr(self, field)}")


@dataclass(frozen=True)
class QualityRules(RuleSet):
    """A named version of the quality screen's thresholds.

    Attributes
    ----------
    name, version, source
        What the rule set is called, and where its numbers come from. Every score carries name and version.
    least_records
        With fewer records left at an as_of, nobody is scored.
    listed_names
        How many tickers the summary names at either end.
    coverage_clip
        Interest coverage is cut to this range before it is winsorized; its upper end is the cap that method
        debt_free_aware gives.
    """

    least_records: int
    listed_names: int
    controls: Controls
    coverage_clip: Bounds
    winsorizing: Winsorizing
    as_published: AsPublished

    def __post_init__(self) -> None:
        """Refuse counts that are not positive."""
        for field in ("least_records", "listed_names"):
            require(getattr(self, field) > 0, field, f"must be positive, got {getattr(self, field)}")


@dataclass(frozen=True)
class Variant:
    """Which steps of the screen are done; the ablation leaves one out at a time."""

    name: str
    is_winsorized: bool = True
    is_coverage_clipped: bool = True
    is_controlled: bool = True


BASE = Variant("base")
ABLATIONS = (
    Variant("no_winsorizing", is_winsorized=False),
    Variant("no_coverage_clip", is_coverage_clipped=False),
    Variant("no_controls", is_controlled=False),
)
