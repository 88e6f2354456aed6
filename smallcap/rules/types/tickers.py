"""Tickers in rule files, and the dated aliases of tickers (ticker_aliases.csv)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from smallcap.rules.types.base import FIRST_DAY, Day, Row, require
from smallcap.tables.symbols import SEPARATORS

ALIASES_FILE: Final = "ticker_aliases.csv"


def _without_separators(ticker: str) -> str:
    return re.sub(SEPARATORS, "", ticker.upper())


Ticker = Annotated[str, AfterValidator(_without_separators)]
"""A ticker, converted to upper case without separators."""


@dataclass(frozen=True, kw_only=True)
class TickerAlias(Row):
    """Another ticker of a line or company.

    Attributes
    ----------
    ticker, canonical_ticker
        The ticker as found, and the ticker under which the line is known; not needed for a renaming.
    relation
        same_line: lists use either ticker for the line; same_company: a share class of the same company;
        renamed: the company took a new name on `valid_from`; recycled: the ticker passed to another company
        on `valid_from`; figures_of: the fundamentals table has the line's company under the canonical ticker,
        which may be the line's own.
    valid_from, valid_to
        First and last day, both included; open if the last is missing.
    source
        Evidence for the alias.
    """

    ticker: Ticker
    canonical_ticker: Ticker | None = None
    relation: Literal["same_line", "same_company", "renamed", "recycled", "figures_of"]
    valid_from: Day = FIRST_DAY
    valid_to: Day | None = None
    source: str

    def __post_init__(self) -> None:
        is_named = self.canonical_ticker is not None or self.relation in ("renamed", "recycled")
        require(
            is_named,
            "canonical_ticker",
            f"is empty; an alias of relation '{self.relation}' needs the canonical ticker",
        )
        if self.valid_to is not None:
            require(
                self.valid_from <= self.valid_to,
                "valid_to",
                f"({self.valid_to}) is before 'valid_from' ({self.valid_from})",
            )
