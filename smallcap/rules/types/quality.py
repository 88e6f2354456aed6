"""The quality screen's rule set as typed objects, and the variants of the screen for its ablation.

Values are in data/reference/quality.toml.
"""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require

SCORE_INPUTS = ("roe", "fcf_margin", "debt_to_assets", "interest_coverage")
REQUIRED_INPUTS = (*SCORE_INPUTS, "market_cap_usd")


@dataclass(frozen=True)
class Bounds(Record):
    """A range of allowed numbers.

    Attributes
    ----------
    lowest, highest
        The ends, in the number's own unit.
    is_inclusive
        Whether the ends are included.
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
    """The outlier controls, in order of evaluation: a record outside one of them is not scored."""

    market_cap_usd: Bounds
    roe: Bounds
    fcf_margin: Bounds
    debt_to_assets: Bounds


@dataclass(frozen=True)
class Winsorizing(Record):
    """The quantiles at which each input is clipped, over the records left at one as_of."""

    lower_quantile: float
    upper_quantile: float

    def __post_init__(self) -> None:
        """Refuse quantiles outside 0 to 1 or in the wrong order."""
        low, high = self.lower_quantile, self.upper_quantile
        is_in_order = 0 <= low < high <= 1
        require(
            is_in_order,
            "lower_quantile",
            f"({low}) and 'upper_quantile' ({high}) must be in 0 to 1, the lower one first",
        )


@dataclass(frozen=True)
class AsPublished(Record):
    """The basis that reproduces the study's look-ahead.

    Attributes
    ----------
    lag_days
        Days after as_of on which the study queried its vendor.
    stale_months
        A record whose period_end is more than this before as_of is stale.
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
        Name and version, stored with every score, and origin of the numbers.
    least_records
        Minimum number of records left at an as_of for any score.
    listed_names
        Number of best and worst tickers in the summary.
    controls
        The outlier controls.
    coverage_clip
        Range to which interest coverage is clipped before winsorizing; its upper end is the cap that method
        debt_free_aware uses.
    winsorizing, as_published
        Quantiles of the winsorizing, and the basis as_published.
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
    """Which steps of the screen are run; the ablation leaves out one at a time, or one of the controls."""

    name: str
    is_winsorized: bool = True
    is_coverage_clipped: bool = True
    is_controlled: bool = True
    is_size_controlled: bool = True


BASE = Variant("base")
ABLATIONS = (
    Variant("no_winsorizing", is_winsorized=False),
    Variant("no_coverage_clip", is_coverage_clipped=False),
    Variant("no_controls", is_controlled=False),
    # The study's text names controls of roe, fcf_margin and debt_to_assets, and none of size.
    Variant("controls_of_the_text", is_size_controlled=False),
)
