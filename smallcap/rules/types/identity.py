"""The evidence that decides identity: words, points and thresholds, the table [identity] of ishares.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, require


@dataclass(frozen=True)
class NamePoints(Record):
    """Points of two names by how they compare; `common` shares only common words, `none` shares nothing."""

    equal: float
    contained: float
    shared: float
    prefix: float
    initials: float
    common: float
    none: float
    unknown: float


@dataclass(frozen=True)
class RatioPoints(Record):
    """Points of a ratio of two sizes: those of the first bound that it does not exceed, else the last."""

    up_to: tuple[float, ...]
    points: tuple[float, ...]

    def __post_init__(self) -> None:
        require(list(self.up_to) == sorted(self.up_to), "up_to", "must be ascending")
        require(
            len(self.points) == len(self.up_to) + 1,
            "points",
            f"must have one value more than up_to ({len(self.up_to) + 1}), got {len(self.points)}",
        )


@dataclass(frozen=True)
class EqualPoints(Record):
    """Points of two words, such as sectors, that are the same or differ."""

    same: float
    other: float


@dataclass(frozen=True)
class Thresholds(Record):
    """The points from which a join is made.

    Attributes
    ----------
    named_lines, names_only, unnamed_lines
        Of two lists under one ticker: whose names share a distinctive word; the same, where the lists show
        nothing but names; whose names share none.
    company
        Of a line and the company that the fundamentals table has under its ticker.
    """

    named_lines: float
    names_only: float
    unnamed_lines: float
    company: float


@dataclass(frozen=True)
class Limits(Record):
    """What evidence is considered.

    Attributes
    ----------
    prefix_letters
        A word of at least so many letters with which a word of the other name begins is a prefix.
    initials
        Words that a name must have at least so that their initials count.
    holding_gap_days
        Quantities and list prices are compared up to so many days apart.
    price_age_days
        A month-end price serves a list so many days later at most.
    split_tolerance
        The quantity and the inverse price changed by one ratio where they agree up to this ratio: a split.
    record_reach_days
        A company's record covers so many days before its first and after its last date.
    min_counts
        Holding ratios of a list below this number have no median.
    count_low, count_high
        The holding ratio over the list's median is usual between these.
    max_candidates
        More companies or lines that fit equally are not named.
    """

    prefix_letters: int
    initials: int
    holding_gap_days: int
    price_age_days: int
    split_tolerance: float
    record_reach_days: int
    min_counts: int
    count_low: float
    count_high: float
    max_candidates: int


@dataclass(frozen=True)
class Identity(Record):
    """The evidence by which two sightings are one company: points are tenths of log10 of a likelihood ratio.

    Attributes
    ----------
    source
        Where the points come from.
    cut_off_words
        Further words that comparisons leave out; ids keep them.
    common_words
        Words that many names have: they distinguish nothing by themselves.
    line_names, company_names
        Names of two lists; a list's name and the fundamentals table's.
    quantity, list_price, vendor_price
        Ratios between two lists: of the fund's quantities, over the median of all its holdings; of the lists'
        prices; of these over the prices table's.
    sector, exchange
        Of two lists; sector also of a list and the fundamentals table.
    record
        The fundamentals table has one company under the ticker at both dates, or two.
    count_points
        The fund's quantity fits the company's share count.
    close_lists_points
        The lists are closer than `min_gap_days` of the table [recycling].
    outside_record_points
        The company's record ended before the line is seen while the table goes on, or begins long after.
    ended_unnamed_points
        The record ended, and the table has no name: tables with gaps are more frequent than recycled tickers.
    """

    source: str
    cut_off_words: tuple[str, ...]
    common_words: tuple[str, ...]
    thresholds: Thresholds
    limits: Limits
    line_names: NamePoints
    company_names: NamePoints
    quantity: RatioPoints
    list_price: RatioPoints
    vendor_price: RatioPoints
    sector: EqualPoints
    exchange: EqualPoints
    record: EqualPoints
    count_points: float
    close_lists_points: float
    outside_record_points: float
    ended_unnamed_points: float
