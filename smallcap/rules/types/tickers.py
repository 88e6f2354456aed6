"""How a rule file spells a ticker, and the dated aliases of tickers that spelling alone does not show (ticker_aliases.csv)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from smallcap.rules.types.base import FIRST_DAY, Day, Row, require

ALIASES_FILE: Final = "ticker_aliases.csv"
SEPARATORS: Final = r"[\s.\-/]"
"""What separates the letters of a share class from a ticker: BRK.B, BRK-B, BRK B, BRK/B and BRKB are one."""


def _without_separators(ticker: str) -> str:
    return re.sub(SEPARATORS, "", ticker.upper())


Ticker = Annotated[str, AfterValidator(_without_separators)]
"""A ticker in upper case without separators, however the file spells it."""


@dataclass(frozen=True, kw_only=True)
class TickerAlias(Row):
    """Another ticker of a line or company.

    Attributes
    ----------
    ticker, canonical_ticker
        The ticker as it is found, and the ticker under which the line is known; a renaming needs none.
    relation
        same_line: lists show the line under either ticker; same_company: a share class of the same company;
        renamed: at `valid_from` the company took a new name.
    valid_from, valid_to
        First and last day, both included; without the last it goes on.
    source
        Who says so.
    """

    ticker: Ticker
    canonical_ticker: Ticker | None = None
    relation: Literal["same_line", "same_company", "renamed"]
    valid_from: Day = FIRST_DAY
    valid_to: Day | None = None
    source: str

    def __post_init__(self) -> None:
        is_named = self.canonical_ticker is not None or self.relation == "renamed"
        require(
            is_named,
            "canonical_ticker",
            f"is empty; an alias of relation '{self.relation}' names the ticker that it stands for",
        )
        if self.valid_to is not None:
            require(
                self.valid_from <= self.valid_to,
                "valid_to",
                f"({self.valid_to}) lies before 'valid_from' ({self.valid_from})",
            )
