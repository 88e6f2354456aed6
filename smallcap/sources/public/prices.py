"""Month-end prices as traded, from the filings alone: values of funds' lists, and fails-to-deliver files.

Neither knows dividends or splits, so no return and no adjusted close is given. A price of another day than
the month's last session is no month-end price and is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from smallcap.sources.base import PRICES_COLUMNS, Delivery
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.nport.members import FundList
from smallcap.sources.public.identity import Identifier
from smallcap.sources.public.lists import FundLists

SOURCE: Final = "public"


class LinePrices:
    """Prices of lines.

    Parameters
    ----------
    lists
        The funds' lists.
    identifier
        Who the lines are, and the fails-to-deliver files around the lists.
    clock
        Prices of later days are not known.
    """

    def __init__(self, lists: FundLists, identifier: Identifier, clock: dt.date) -> None:
        self._lists, self._identifier, self._clock = lists, identifier, clock

    def prices(self, index: str, start: dt.date, end: dt.date, lines: Collection[str]) -> Delivery:
        """Return the month-end prices of lines with date in [start, end]."""
        last = min(end, self._clock)
        known = self._lists.until(index, last) if start <= last else []
        if not known:
            return Delivery(pl.DataFrame(schema=PRICES_COLUMNS))
        identified = self._identifier.identified(known)
        month_ends = _month_ends(start, last)
        of_lists = _listed_prices(known, identified).with_columns(rank=0)
        of_fails = self._identifier.closes(known).with_columns(rank=1)
        observed = pl.concat([of_lists, of_fails.select(of_lists.columns)]).filter(
            pl.col("date").is_in(month_ends.implode()),
            pl.col("source_id").is_in(list(lines)),
            pl.col("close_usd") > 0,
        )
        # The fund's own value comes first; of several of one kind the smallest, so that the order is total.
        one = observed.sort("source_id", "date", "rank", "close_usd").unique(
            ["source_id", "date"], keep="first", maintain_order=True
        )
        described = one.with_columns(source=pl.lit(SOURCE))
        return Delivery(
            described.select(
                (pl.col(name) if name in described.columns else pl.lit(None)).cast(dtype).alias(name)
                for name, dtype in PRICES_COLUMNS.items()
            )
        )


def _month_ends(start: dt.date, end: dt.date) -> pl.Series:
    """Return the last session of each month from the one of `start` to the last that is over by `end`."""
    after = end + dt.timedelta(days=10)
    sessions = nyse_sessions(start.replace(day=1), after).to_frame()
    last = sessions.group_by(month=pl.col("session").dt.month_start()).agg(pl.col("session").max())
    return last.filter(pl.col("month").dt.month_end() <= end)["session"].sort()


def _listed_prices(lists: Sequence[FundList], identified: pl.DataFrame) -> pl.DataFrame:
    """Return line, last session of the list's month, and the fund's value over its shares."""
    ids = identified.select("source_id", "line_id", snapshot_date="list_date").unique()
    rows = pl.concat([one.rows for one in lists]).join(ids, on=["source_id", "snapshot_date"])
    first = min(one.list_date for one in lists) - dt.timedelta(days=10)
    sessions = nyse_sessions(first, max(one.list_date for one in lists)).to_frame().select(date="session")
    return (
        rows.sort("snapshot_date")
        .join_asof(sessions.sort("date"), left_on="snapshot_date", right_on="date", coalesce=False)
        .select(source_id="line_id", date="date", close_usd="price_usd")
        .drop_nulls()
    )
