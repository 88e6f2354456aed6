"""Month-end prices of lines: from filings, and from Yahoo where the user asks for it and filings agree.

What neither has stays missing; nothing is filled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from smallcap.rules.types.footing import HoldingSplitRules
from smallcap.sources.base import PRICES_COLUMNS, Delivery
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.nport.prices import FilingPrices, filing_prices
from smallcap.sources.public.identity import Identifier
from smallcap.sources.public.lists import FundLists
from smallcap.sources.public.yahoo_prices import YahooPrices
from smallcap.sources.whois.lines import constituents_rows

SOURCE = "public"
_BEFORE = dt.timedelta(days=40)


class LinePrices:
    """Prices of lines.

    Parameters
    ----------
    lists
        The funds' lists.
    identifier
        Who the lines are, and the fails-to-deliver files around the lists.
    splits
        Which changes of a holding are splits.
    clock
        Prices of later days are not known.
    yahoo
        Yahoo's prices; None: filings alone.
    """

    def __init__(
        self,
        lists: FundLists,
        identifier: Identifier,
        splits: HoldingSplitRules,
        clock: dt.date,
        yahoo: YahooPrices | None = None,
    ) -> None:
        self._lists, self._identifier, self._splits = lists, identifier, splits
        self._clock, self._yahoo = clock, yahoo

    def prices(self, index: str, start: dt.date, end: dt.date, lines: Collection[str]) -> Delivery:
        """Return the month-end prices of lines with date in [start, end]."""
        last = min(end, self._clock)
        known = self._lists.until(index, last) if start <= last else []
        if not known:
            return Delivery(pl.DataFrame(schema=PRICES_COLUMNS))
        identified = self._identifier.identified(known)
        cusips = identified.select("cusip", source_id="line_id").drop_nulls().unique("cusip", keep="first")
        first = min(one.list_date for one in known) - _BEFORE
        found = filing_prices(
            constituents_rows(known, identified),
            cusips,
            self._identifier.closes(known),
            nyse_sessions(first, last + _BEFORE),
            self._splits,
            SOURCE,
        )
        rows, notices = found.rows, found.notices
        if self._yahoo is not None:
            rows, told = self._with_yahoo(found, identified, lines)
            notices = (*notices, *told)
        is_asked = pl.col("source_id").is_in(list(lines)) & pl.col("date").is_between(start, last)
        return Delivery(rows.filter(is_asked).sort("source_id", "date"), notices=notices)

    def _with_yahoo(
        self, found: FilingPrices, identified: pl.DataFrame, lines: Collection[str]
    ) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Let Yahoo's rows stand where they are usable; a line without any keeps its filings' prices."""
        assert self._yahoo is not None
        named = identified.filter(pl.col("line_id").is_in(list(lines))).drop_nulls(["ticker", "cik"])
        newest = named.sort("line_id", "list_date").unique("line_id", keep="last", maintain_order=True)
        asked = newest.select(source_id="line_id", ticker="ticker", cik="cik")
        served = self._yahoo.rows(asked, found.evidence, self._identifier.tickers())
        kept = found.rows.join(served.rows.select("source_id").unique(), on="source_id", how="anti")
        return pl.concat([kept, served.rows]), served.notices
