"""The rules of doubtful returns and delistings, validated; values are in data/reference/returns.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require


@dataclass(frozen=True)
class SuspectRules(Record):
    """The evidence that makes a return suspect.

    Attributes
    ----------
    least_ratio
        Price ratio, or its inverse, from which a month is examined.
    count_tolerance
        How far a count's move times the price ratio may be from 1.
    split_tolerance
        How far a share count's move may be from a whole ratio.
    price_factor
        Factor by which another price's ratio must differ at least.
    max_list_days, max_count_days
        Days between the month and the list, or the share count, on either side of it.
    """

    least_ratio: float
    count_tolerance: float
    split_tolerance: float
    price_factor: float
    max_list_days: int
    max_count_days: int

    def __post_init__(self) -> None:
        for name in ("least_ratio", "price_factor"):
            require(getattr(self, name) > 1, name, f"must be above 1, got {getattr(self, name)}")
        for name in ("count_tolerance", "split_tolerance"):
            require(0 < getattr(self, name) < 1, name, f"must be between 0 and 1, got {getattr(self, name)}")
        for name in ("max_list_days", "max_count_days"):
            require(getattr(self, name) > 0, name, f"must be positive, got {getattr(self, name)}")


@dataclass(frozen=True)
class ReversalRules(Record):
    """A later extreme return that takes the price back: within how many months, and how exactly."""

    months: int
    tolerance: float

    def __post_init__(self) -> None:
        require(1 <= self.months <= 12, "months", f"must be 1 to 12, got {self.months}")
        require(0 < self.tolerance < 1, "tolerance", f"must be between 0 and 1, got {self.tolerance}")


@dataclass(frozen=True)
class WinsorRules(Record):
    """Quantiles of each month's returns at which they are cut off."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require(0 <= self.low < self.high <= 1, "low", f"and high must be 0 <= low < high <= 1, got {self}")


@dataclass(frozen=True)
class DelistingRules(Record):
    """The loss of a holding that was delisted for its performance.

    Attributes
    ----------
    loss, nasdaq_loss
        Return of the month after the last price, in general and on Nasdaq.
    least_price_usd, least_year_return
        A holding that stops for an unknown cause counts as delisted for its performance if its last price, or
        its return of the twelve months before, is below.
    """

    loss: float
    nasdaq_loss: float
    least_price_usd: float
    least_year_return: float

    def __post_init__(self) -> None:
        for name in ("loss", "nasdaq_loss", "least_year_return"):
            require(-1 <= getattr(self, name) <= 0, name, f"must be -1 to 0, got {getattr(self, name)}")
        price = self.least_price_usd
        require(price >= 0, "least_price_usd", f"must not be negative, got {price}")


@dataclass(frozen=True)
class ReturnRules(RuleSet):
    """Rules of data/reference/returns.toml.

    Attributes
    ----------
    extreme_gain, extreme_fall
        A monthly return above the first or below the second is extreme.
    max_weight_without_return
        Share of a portfolio's weight without a return above which its month is labelled survivors_only.
    suspect, reversal, winsorizing, delisting
        Evidence against returns, later reversals, cut-off quantiles, and losses of delistings.
    """

    extreme_gain: float
    extreme_fall: float
    max_weight_without_return: float
    suspect: SuspectRules
    reversal: ReversalRules
    winsorizing: WinsorRules
    delisting: DelistingRules

    def __post_init__(self) -> None:
        require(self.extreme_gain > 0, "extreme_gain", f"must be positive, got {self.extreme_gain}")
        fall, most = self.extreme_fall, self.max_weight_without_return
        require(-1 < fall < 0, "extreme_fall", f"must be between -1 and 0, got {fall}")
        require(0 <= most < 1, "max_weight_without_return", f"must be at least 0 and below 1, got {most}")
