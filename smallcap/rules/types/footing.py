"""Rules on the split basis of share counts, as typed thresholds; values are in metrics.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, require


@dataclass(frozen=True)
class SplitRatioRules(Record):
    """When a ratio of prices, or of counts, is that of a split or a consolidation.

    Attributes
    ----------
    tolerance
        How far a ratio may lie from a simple one: above it for splits, on either side for consolidations.
    rounding
        How far the ratio of a split may fall short of a simple one.
    largest_split, largest_consolidation
        Simple ratios are 2, 3, … largest_split, and 1/2, 1/3, … 1/largest_consolidation.
    usual
        Ratios that are preferred where the two prices are of different days.
    """

    tolerance: float
    rounding: float
    largest_split: int
    largest_consolidation: int
    usual: tuple[int, ...]

    def __post_init__(self) -> None:
        require(0 < self.tolerance < 0.5, "tolerance", f"must be in (0, 0.5), got {self.tolerance}")
        require(
            0 <= self.rounding <= self.tolerance,
            "rounding",
            f"must be in [0, tolerance ({self.tolerance})], got {self.rounding}",
        )
        for name, value in (
            ("largest_split", self.largest_split),
            ("largest_consolidation", self.largest_consolidation),
        ):
            require(2 <= value <= 1000, name, f"must be 2 to 1000, got {value}")
        require(
            all(ratio >= 2 for ratio in self.usual),
            "usual",
            f"must hold whole numbers of 2 and more, got {list(self.usual)}",
        )


@dataclass(frozen=True)
class FootingRules(Record):
    """How the split basis of a table's share counts is found.

    Attributes
    ----------
    min_votes
        Fewer companies with a clear later split decide nothing.
    ratios
        Which splits are clear.
    """

    min_votes: int
    ratios: SplitRatioRules

    def __post_init__(self) -> None:
        require(self.min_votes >= 1, "min_votes", f"must be at least 1, got {self.min_votes}")


@dataclass(frozen=True)
class HoldingSplitRules(Record):
    """When two consecutive lists show a split.

    Attributes
    ----------
    max_gap_days
        Lists further apart than this are not compared.
    min_holdings
        Holdings that both lists must have, so that the effect of the fund's flows is known.
    price_tolerance
        How far the change of price may lie from the inverse ratio, either way.
    ratios
        Which changes of a holding, net of the fund's flows, are those of a split.
    """

    max_gap_days: int
    min_holdings: int
    price_tolerance: float
    ratios: SplitRatioRules

    def __post_init__(self) -> None:
        require(self.max_gap_days >= 1, "max_gap_days", f"must be at least 1, got {self.max_gap_days}")
        require(self.min_holdings >= 1, "min_holdings", f"must be at least 1, got {self.min_holdings}")
        require(
            0 < self.price_tolerance < 1, "price_tolerance", f"must be in (0, 1), got {self.price_tolerance}"
        )


@dataclass(frozen=True)
class HoldingRatioRules(Record):
    """Thresholds of the holding ratio: a fund's share of a company over the median of its list.

    Attributes
    ----------
    least, greatest
        Outside these the count is wrong and the market value unknown, bounds included in what is right.
    near_from
        From here to `small_count_above` a ratio is near the median.
    small_count_above
        Above it the count is small for the holding, flagged.
    """

    least: float
    greatest: float
    near_from: float
    small_count_above: float

    def __post_init__(self) -> None:
        require(self.least >= 0, "least", f"must not be negative, got {self.least}")
        require(
            self.least < self.near_from < 1,
            "near_from",
            f"must be above least ({self.least}) and below 1, got {self.near_from}",
        )
        require(
            self.small_count_above > 1, "small_count_above", f"must be above 1, got {self.small_count_above}"
        )
        require(
            self.greatest > self.small_count_above,
            "greatest",
            f"must be above small_count_above ({self.small_count_above}), got {self.greatest}",
        )
