"""Which XBRL concepts an item of a statement is read from (concepts.csv), and how (statements.toml)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

from smallcap.rules.types.base import Record, Row, RuleSet, require

CONCEPTS_FILE: Final = "concepts.csv"
STATEMENTS_FILE: Final = "statements.toml"
Kind = Literal["alternative", "addend", "beside", "largest"]
NEEDED: Final = "alternative"
BESIDE: Final = "beside"
LARGEST: Final = "largest"
REFERENCE: Final = "@"
"""First character of a tag that names another item of the file instead of a concept."""
_TAG: Final = re.compile(r"@[a-z_]+|([a-z-]+:)?[A-Za-z][A-Za-z0-9]+")


@dataclass(frozen=True)
class Concept(Row):
    """A concept of an item.

    Rows of one item and `order` are a sum; the first order of which a filing has what it needs is taken.

    Attributes
    ----------
    item
        A column of the statements without its unit, or a name that other rows refer to.
    order
        The position in the chain, from 1.
    tag
        Name of the concept, of us-gaap where no taxonomy is given, or @ and another item.
    sign
        1, or -1 for what is subtracted.
    kind
        alternative: the sum needs it. addend: it is added where present; a sum of addends alone needs one of
        them. beside: it is added where it is larger than the first row, which then is no total of it.
        largest: the largest of the rows is taken instead of a sum.
    source
        Where the rule comes from.
    """

    item: str
    order: int
    tag: str
    sign: int
    kind: Kind
    source: str

    def __post_init__(self) -> None:
        require(re.fullmatch(r"[a-z_]+", self.item) is not None, "item", f"is not a name: '{self.item}'")
        require(self.order >= 1, "order", f"must be 1 or more; got {self.order}")
        require(self.sign in (1, -1), "sign", f"must be 1 or -1; got {self.sign}")
        is_tag = _TAG.fullmatch(self.tag) is not None
        require(is_tag, "tag", f"must be a concept, or @ and an item; got '{self.tag}'")

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a repeated row, a gap in the order, and an item whose rows are not together."""
        same = [other for other in earlier if other.item == self.item]
        last = same[-1].order if same else 0
        is_next = self.order in (last, last + 1) and self.order >= 1
        require(is_next, "order", f"({self.order}) must be {last or 1} or {last + 1} here")
        is_together = not same or earlier[-1].item == self.item
        require(is_together, "item", f"({self.item}) has rows further up; keep its rows together")
        is_new = all(other.tag != self.tag or other.order != self.order for other in same)
        require(is_new, "tag", f"({self.tag}) is there already")


@dataclass(frozen=True)
class FormRules(Record):
    """Forms whose facts count, by what they can be: the first report of a year, of a quarter, or neither."""

    annual: tuple[str, ...]
    quarterly: tuple[str, ...]
    later: tuple[str, ...]


@dataclass(frozen=True)
class DurationRules(Record):
    """Lengths of periods in days, both ends included."""

    annual_min_days: int
    annual_max_days: int
    quarter_min_days: int
    quarter_max_days: int
    to_date_max_days: int

    def __post_init__(self) -> None:
        rising = (
            *(("quarter_min_days", self.quarter_min_days), ("quarter_max_days", self.quarter_max_days)),
            *(("to_date_max_days", self.to_date_max_days), ("annual_min_days", self.annual_min_days)),
            ("annual_max_days", self.annual_max_days),
        )
        require(
            self.quarter_min_days > 0, "quarter_min_days", f"must be above 0; got {self.quarter_min_days}"
        )
        for (below, least), (above, most) in itertools.pairwise(rising):
            require(least < most, above, f"must be above {below}; got {most}")


@dataclass(frozen=True)
class BlankRules(Record):
    """When a blank is none: shares of liabilities or assets that are explained, and of equity."""

    least_explained: float
    most_explained: float
    max_other_to_equity: float

    def __post_init__(self) -> None:
        require(0 < self.least_explained <= 1, "least_explained", "must be above 0, at most 1")
        require(1 <= self.most_explained <= 2, "most_explained", "must be 1 to 2")
        require(0 <= self.max_other_to_equity <= 1, "max_other_to_equity", "must be 0 to 1")


@dataclass(frozen=True)
class DoubtRules(Record):
    """From which sizes figures of one filing contradict each other; explained in statements.toml."""

    beside_above: float
    note_to_debt: float
    debt_to_liabilities: float
    least_flows: float
    count_to_average: float
    least_average: float

    def __post_init__(self) -> None:
        for name in ("beside_above", "note_to_debt", "debt_to_liabilities", "count_to_average"):
            require(getattr(self, name) >= 1, name, "must be at least 1")
        require(0 < self.least_flows <= 1, "least_flows", "must be above 0, at most 1")
        require(self.least_average > 0, "least_average", "must be above 0")


@dataclass(frozen=True)
class StatementRules(RuleSet):
    """How statements are read from companyfacts files; the fields are explained in statements.toml."""

    tolerance: float
    balance_tolerance: float
    date_slack_days: int
    max_count_age_days: int
    min_share_count: float
    least_count_to_average: float
    max_amount: float
    max_split_ratio: float
    forms: FormRules
    durations: DurationRules
    blanks: BlankRules
    doubts: DoubtRules

    def __post_init__(self) -> None:
        require(0 < self.tolerance < 1, "tolerance", f"must be above 0, below 1; got {self.tolerance}")
        is_share = 0 < self.balance_tolerance < 1
        require(is_share, "balance_tolerance", f"must be above 0, below 1; got {self.balance_tolerance}")
        require(0 <= self.date_slack_days <= 15, "date_slack_days", "must be 0 to 15")
        for name in (
            "max_count_age_days",
            "min_share_count",
            "least_count_to_average",
            "max_amount",
            "max_split_ratio",
        ):
            require(getattr(self, name) > 0, name, "must be above 0")


@dataclass(frozen=True, eq=False)
class Concepts:
    """The concepts of every item, and how statements are read from them; equal to itself alone.

    Attributes
    ----------
    rows
        The rows of concepts.csv, in order.
    rules
        The rules of statements.toml.
    """

    rows: tuple[Concept, ...]
    rules: StatementRules
