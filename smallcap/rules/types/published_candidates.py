"""The candidates of the published small-cap value book: the rows of published_candidates.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

from smallcap.rules.types.base import FieldError, Row, require
from smallcap.rules.types.tickers import Ticker

CANDIDATES_FILE: Final = "published_candidates.csv"


@dataclass(frozen=True, kw_only=True)
class PublishedCandidate(Row):
    """A candidate of the published small-cap value book; a figure that was not published is None.

    Attributes
    ----------
    ticker, company, sector, exchange
        The company as published.
    market_cap_usd, net_cash_usd
        US dollars.
    debt_to_equity, debt_to_equity_highest
        Fractions; the second only for a published range.
    roe, operating_margin
        Fractions.
    status
        The published verdict on its balance sheet.
    note, source
        The published note, and where the figures come from.
    """

    ticker: Ticker
    company: str
    sector: str = ""
    exchange: str = ""
    market_cap_usd: float | None = None
    debt_to_equity: float | None = None
    debt_to_equity_highest: float | None = None
    roe: float | None = None
    operating_margin: float | None = None
    net_cash_usd: float | None = None
    status: Literal["pass", "borderline", "verify", "fail"]
    note: str
    source: str

    def __post_init__(self) -> None:
        low, high = self.debt_to_equity, self.debt_to_equity_highest
        is_range = high is None or (low is not None and low <= high)
        require(is_range, "debt_to_equity_highest", f"({high}) needs a lower 'debt_to_equity' ({low})")

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Refuse a ticker that an earlier row has."""
        if any(self.ticker == other.ticker for other in earlier):
            raise FieldError("ticker", f"({self.ticker}) is on an earlier line already")
