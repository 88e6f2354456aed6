"""A watched name (watchlist.csv): judged against the index's universe without being one of its members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from smallcap.rules.types.base import FieldError, Row
from smallcap.rules.types.business import CompanyPrefix
from smallcap.rules.types.tickers import Ticker

WATCHLIST_FILE: Final = "watchlist.csv"


@dataclass(frozen=True, kw_only=True)
class WatchedName(Row):
    """A ticker that is watched.

    Attributes
    ----------
    ticker
        The symbol today.
    company
        Beginning of the company's name, letters and digits only; empty for any. Tickers are reused, and a
        line of another company is not meant.
    reason
        Why it is watched.
    missing_filing
        The filing that no source has, if its statements are not known; empty where sources have them.
    not_in
        A source that cannot know the name; empty for none.
    source
        Where the name comes from.
    """

    ticker: Ticker
    company: CompanyPrefix = ""
    reason: str
    missing_filing: str = ""
    not_in: str = ""
    source: str

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a ticker that an earlier row has, however it is spelt."""
        if any(self.ticker == other.ticker for other in earlier):
            raise FieldError("ticker", f"({self.ticker}) is on an earlier line already; remove one of them")
