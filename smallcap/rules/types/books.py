"""What a book is: typed and checked for sense. The books given stand in data/reference/books.toml, a user's own beside it in books/."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from smallcap.rules.types.base import FieldError, Record, RuleSet, require

LIST: Final = "list"
SURVIVORS: Final = "survivors"
WEIGHTS_SUM_TO: Final = 1.0
WEIGHT_TOLERANCE: Final = 1e-6
FILTERS: Final = range(1, 7)
OF_A_LIST: Final = ("tickers", "weights", "tickers_from_source", "first_month", "last_month", "chosen_on")
"""Fields that survivors do not have."""


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
        Of a list: its symbols as they were on `chosen_on`.
    weights
        Of a list: as many as tickers, summing to 1; none for equal weights.
    tickers_from_source
        Of a list: the source of data names the symbols. A source that knows none has no such book.
    first_month, last_month
        Of a list: first and last month held, ``YYYY-MM``; without the last it goes on.
    chosen_on
        Of a list: the day on which it was fixed. Chosen before its first month, it was formed in advance.
    passed_over
        Of survivors: numbers of filters that need not be passed.
    not_in
        Sources that do not know its names; they pass the book over.
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
    not_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind == LIST:
            self._check_list()
        else:
            given = [name for name in OF_A_LIST if getattr(self, name)]
            if given:
                raise FieldError(
                    given[0],
                    f"must be left out: survivors are chosen by the funnel, leave out {', '.join(given)}",
                )
            strange = [number for number in self.passed_over if number not in FILTERS]
            require(not strange, "passed_over", f"must name filters 1 to 6, got {strange}")

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
            "must name at least one symbol, or tickers_from_source be true, and not both",
        )
        repeated = sorted({ticker for ticker in self.tickers if self.tickers.count(ticker) > 1})
        require(not repeated, "tickers", f"must not repeat, got {', '.join(repeated)} more than once")
        require(not self.passed_over, "passed_over", "is for survivors; a list passes no filter")
        require(bool(self.first_month), "first_month", "is missing: the first month held, YYYY-MM")
        first = self._day_of("first_month")
        if self.last_month:
            problem = f"({self.last_month}) lies before 'first_month' ({self.first_month})"
            require(self._day_of("last_month") >= first, "last_month", problem)
        require(
            self.chosen_on is not None,
            "chosen_on",
            "is missing: the day on which the list was fixed (alpha means something after it only)",
        )
        if self.weights:
            require(
                len(self.weights) == len(self.tickers),
                "weights",
                f"must be as many as tickers ({len(self.tickers)}), got {len(self.weights)}",
            )
            require(
                all(weight > 0 for weight in self.weights),
                "weights",
                "must be positive; short positions are not known here",
            )
            total = math.fsum(self.weights)
            require(
                abs(total - WEIGHTS_SUM_TO) <= WEIGHT_TOLERANCE, "weights", f"must sum to 1, got {total:g}"
            )

    def _day_of(self, field: str) -> dt.date:
        try:
            return first_day(getattr(self, field))
        except ValueError as error:
            raise FieldError(field, f"is not a month: {error}") from None


@dataclass(frozen=True)
class BookSet(RuleSet):
    """Rules of a file of books: each by its name."""

    books: dict[str, Book] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.books:
            is_plain = re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None
            require(
                is_plain,
                ("books", name),
                "must be named in small letters, digits and underscores, beginning with a letter",
            )


def first_day(month: str) -> dt.date:
    """Return the first day of a month written ``YYYY-MM``.

    Raises
    ------
    ValueError
        When it is not written so.
    """
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", month):
        raise ValueError(f"a month is written YYYY-MM, for example 2019-01; got '{month}'")
    return dt.date(int(month[:4]), int(month[5:]), 1)
