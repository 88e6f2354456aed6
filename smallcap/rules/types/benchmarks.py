"""The index funds of the benchmark panel, and the published table of two indices (benchmarks.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from smallcap.rules.types.base import Record, RuleSet, require

SAMPLE: Final = "sample"
INDEX, RIVAL, LARGE = "index", "rival", "large"
OF_THE_PANEL: Final = ("annual_return", "volatility", "sharpe", "beta", "beta_falling", "max_drawdown", "rmw")
OF_THE_PROFILE: Final = (
    "members", "unprofitable_share", "pe_excluding_losses", "pb", "ps", "dividend_yield",
    "top_holding_weight",
)  # fmt: skip
BY_RULE: Final = ("requires_profit",)
"""Measures of the comparison: of a fund's returns, of the members, and those that are not computed."""


@dataclass(frozen=True, kw_only=True)
class IndexFund(Record):
    """An index fund that a source may price.

    Attributes
    ----------
    tracks
        The index, in words.
    role
        index: the index analysed; rival: another small-cap index; large: the market of large companies.
    universe
        sample for funds of the synthetic universe, else real.
    source
        Where that is said.
    """

    tracks: str
    role: Literal["index", "rival", "large"]
    universe: Literal["real", "sample"]
    source: str

    def is_of(self, source_name: str) -> bool:
        """Whether the fund belongs to the universe of a source of data."""
        return (self.universe == SAMPLE) == (source_name == SAMPLE)


@dataclass(frozen=True, kw_only=True)
class ComparedMeasure(Record):
    """A row of the published table of the two small-cap indices.

    Attributes
    ----------
    measure
        What is computed beside it.
    unit
        Unit of the figures.
    source
        Where the published figures come from.
    note
        What the row means.
    index, index_to, rival
        The published figures, the second the upper end of a range; None where none is known.
    """

    measure: str
    unit: str
    source: str
    note: str = ""
    index: float | None = None
    index_to: float | None = None
    rival: float | None = None

    def __post_init__(self) -> None:
        known = (*OF_THE_PANEL, *OF_THE_PROFILE, *BY_RULE)
        require(self.measure in known, "measure", f"must be one of {', '.join(known)}; got '{self.measure}'")
        is_ordered = self.index_to is None or (self.index is not None and self.index < self.index_to)
        require(is_ordered, "index_to", f"must be above 'index', got {self.index_to}")


@dataclass(frozen=True)
class BenchmarkRules(RuleSet):
    """Rules of data/reference/benchmarks.toml.

    Attributes
    ----------
    years
        Lengths of the windows.
    least_falling_months
        Fewest months in which the market fell for a beta and a capture of those months.
    funds
        The funds by ticker.
    comparison
        The rows of the published table, in order.
    """

    years: tuple[int, ...]
    least_falling_months: int
    funds: dict[str, IndexFund]
    comparison: tuple[ComparedMeasure, ...]

    def __post_init__(self) -> None:
        is_rising = all(one < two for one, two in zip(self.years, self.years[1:], strict=False))
        require(
            bool(self.years) and is_rising and self.years[0] >= 1,
            "years",
            f"must be whole years from 1 on, ascending; got {list(self.years)}",
        )
        require(
            self.least_falling_months >= 3,
            "least_falling_months",
            f"must be at least 3, got {self.least_falling_months}",
        )
        measures = [row.measure for row in self.comparison]
        require(len(set(measures)) == len(measures), "comparison", f"has a measure twice: {measures}")

    def tickers_of(self, source_name: str) -> list[str]:
        """Tickers of the funds that a source may know."""
        return sorted(ticker for ticker, fund in self.funds.items() if fund.is_of(source_name))
