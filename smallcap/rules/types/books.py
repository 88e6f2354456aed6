"""The type of a book, validated.

The supplied books are in data/reference/books.toml, the user's own in data/reference/books/.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from smallcap.rules.types.base import FieldError, Record, RuleSet, require
from smallcap.rules.types.kinds import KINDS

LIST: Final = "list"
SURVIVORS: Final = "survivors"
WEIGHTS_SUM_TO: Final = 1.0
WEIGHT_TOLERANCE: Final = 1e-6
FILTERS: Final = range(1, 7)
OF_A_LIST: Final = ("tickers", "weights", "tickers_from_source", "first_month", "last_month", "chosen_on")
"""Fields that only lists have."""


@dataclass(frozen=True)
class Book(Record):
    """A book: a fixed list of names, or the survivors of the funnel.

    Attributes
    ----------
    kind
        ``list`` or ``survivors``.
    description, source
        What it is and where it comes from, in words.
    tickers
        Lists only: symbols as of `chosen_on`.
    weights
        Lists only: one per ticker, summing to 1; empty for equal weights.
    tickers_from_source
        Lists only: the data source supplies the symbols. A source that has none does not have the book.
    first_month, last_month
        Lists only: first and last month held, ``YYYY-MM``; without the last it is still held.
    chosen_on
        Lists only: the day on which it was fixed; if before its first month, it was formed in advance.
    passed_over
        Survivors only: numbers of filters to ignore.
    without_kinds
        Survivors only: kinds of company (company_kinds.csv) that it does not hold.
    not_in
        Sources without its names; they skip the book.
    has_claims
        Whether the book claims the tilts of filter 7; without, verdicts do not speak of a claim.
    """

    kind: Literal["list", "survivors"]
    description: str
    source: str
    tickers: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    tickers_from_source: bool = False
    first_month: str = ""
    last_month: str = ""
    chosen_on: dt.date | None = None
    passed_over: tuple[int, ...] = ()
    without_kinds: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    has_claims: bool = False

    def __post_init__(self) -> None:
        if self.kind == LIST:
            self._check_list()
        else:
            given = [name for name in OF_A_LIST if getattr(self, name)]
            if given:
                raise FieldError(
                    given[0],
                    f"is not allowed: survivors are chosen by the funnel; remove {', '.join(given)}",
                )
            strange = [number for number in self.passed_over if number not in FILTERS]
            require(not strange, "passed_over", f"must name filters 1 to 6, got {strange}")
            unknown = [kind for kind in self.without_kinds if kind not in KINDS]
            require(not unknown, "without_kinds", f"must be among {', '.join(KINDS)}; got {unknown}")

    @property
    def is_formed_in_advance(self) -> bool:
        """Whether every name was chosen before the first month in which it is held."""
        return self.kind == SURVIVORS or (
            self.chosen_on is not None and self.chosen_on < first_day(self.first_month)
        )

    def _check_list(self) -> None:
        require(
            bool(self.tickers) != self.tickers_from_source,
            "tickers",
            "must list at least one symbol, or tickers_from_source must be true, but not both",
        )
        repeated = sorted({ticker for ticker in self.tickers if self.tickers.count(ticker) > 1})
        require(not repeated, "tickers", f"must not repeat, got {', '.join(repeated)} more than once")
        require(not self.passed_over, "passed_over", "is only for survivors; a list has no filters")
        require(
            not self.without_kinds, "without_kinds", "is only for survivors; leave the names out of the list"
        )
        require(bool(self.first_month), "first_month", "is missing: the first month held, YYYY-MM")
        first = self._day_of("first_month")
        if self.last_month:
            problem = f"({self.last_month}) is before 'first_month' ({self.first_month})"
            require(self._day_of("last_month") >= first, "last_month", problem)
        require(
            self.chosen_on is not None,
            "chosen_on",
            "is missing: the day on which the list was fixed (alpha is meaningful only after it)",
        )
        if self.weights:
            self._check_weights()

    def _check_weights(self) -> None:
        require(
            len(self.weights) == len(self.tickers),
            "weights",
            f"must have one entry per ticker ({len(self.tickers)}), got {len(self.weights)}",
        )
        require(
            all(weight > 0 for weight in self.weights),
            "weights",
            "must be positive; short positions are not supported",
        )
        total = math.fsum(self.weights)
        require(abs(total - WEIGHTS_SUM_TO) <= WEIGHT_TOLERANCE, "weights", f"must sum to 1, got {total:g}")

    def _day_of(self, field: str) -> dt.date:
        try:
            return first_day(getattr(self, field))
        except ValueError as error:
            raise FieldError(field, f"is not a month: {error}") from None


@dataclass(frozen=True)
class BookSet(RuleSet):
    """The books of a file, by name."""

    books: dict[str, Book] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.books:
            is_plain = re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None
            require(
                is_plain,
                ("books", name),
                "must be named in lower-case letters, digits and underscores, starting with a letter",
            )


def first_day(month: str) -> dt.date:
    """Return the first day of a month in the form ``YYYY-MM``.

    Raises
    ------
    ValueError
        When it does not have this form.
    """
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", month):
        raise ValueError(f"write a month as YYYY-MM, for example 2019-01; got '{month}'")
    return dt.date(int(month[:4]), int(month[5:]), 1)
