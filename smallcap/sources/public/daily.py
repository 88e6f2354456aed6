"""The fund's holdings file of the day as a list of members, for dates whose reports are not filed yet.

Every file that was downloaded is kept. Of the kept ones the last of each month serves, so that identification
does not grow with the days on which a home ran.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.base import CONSTITUENTS_COLUMNS
from smallcap.sources.fetching import QuotaError, TransientError
from smallcap.sources.ishares.holdings import Holdings
from smallcap.sources.nport.choice import DAILY
from smallcap.sources.nport.members import IDENTIFIERS_SCHEMA, FundList, next_session
from smallcap.sources.refusals import write_refused

SOURCE = "ishares"


class HoldingsFiles(Protocol):
    """The holdings files of a fund (`ishares.download.HoldingsSite`)."""

    def latest(self) -> Holdings:
        """Return the current list."""
        ...

    def kept_by_day(self) -> Mapping[dt.date, Callable[[], Holdings]]:
        """Return what reads each list that was downloaded before, by its date."""
        ...


class DailyLists:
    """Lists of members from a fund's file of the day.

    Parameters
    ----------
    files
        The fund's files.
    fund
        Its row of index_funds.csv.
    clock
        The last day whose records are known.
    """

    def __init__(self, files: HoldingsFiles, fund: FundRow, clock: dt.date) -> None:
        self._files, self._fund, self._clock = files, fund, clock
        self.index = fund.index
        self._notices: list[str] = []
        self._known: dict[dt.date, Callable[[], Holdings]] | None = None
        self._lists: dict[dt.date, FundList | None] = {}
        self._is_asked = False

    def until(self, day: dt.date, sessions: pl.Series) -> tuple[list[FundList], list[str]]:
        """Return the last list of each month dated by a day, and what should be told.

        The site is asked once, for days of the clock's month only: reports serve the months before it.
        """
        if self._known is None:
            self._known = dict(self._files.kept_by_day())
        if day >= self._clock.replace(day=1):
            self._ask(self._known)
        dated = sorted(one for one in self._known if one <= min(day, self._clock))
        last = {(one.year, one.month): one for one in dated}
        lists = [self._list(one, self._known[one], sessions) for one in last.values()]
        return [one for one in lists if one is not None], self._notices

    def _list(self, day: dt.date, read: Callable[[], Holdings], sessions: pl.Series) -> FundList | None:
        if day not in self._lists:
            try:
                self._lists[day] = as_list(read(), self._fund, sessions)
            except InputError as error:
                # A rule that became stricter since the file was downloaded.
                self._lists[day] = None
                self._notices.append(f"the kept file of {day} of {self._fund.fund} is not used: {error}")
        return self._lists[day]

    def _ask(self, known: dict[dt.date, Callable[[], Holdings]]) -> None:
        if self._is_asked:
            return
        self._is_asked = True
        try:
            latest = self._files.latest()
            known.setdefault(latest.as_of, lambda: latest)
        except (InputError, TransientError, QuotaError) as error:
            self._notices.append(
                f"the file of the day of {self._fund.fund} cannot be used ({error}); the newest public "
                "report serves instead"
            )


def as_list(holdings: Holdings, fund: FundRow, sessions: pl.Series) -> FundList:
    """Return a holdings file as the list of a fund of its own name: it has tickers, and no CUSIP.

    The file of a day appears on the next session. Under the fund's own name, a line that is identified in one
    of the two forms alone would look like a change of the index.

    Parameters
    ----------
    holdings
        The file.
    fund
        The fund's row of index_funds.csv.
    sessions
        Trading days that cover the list.
    """
    # A ticker that passes to another company is another line; one that is renamed is joined by its company.
    named = holdings.rows.with_columns(
        source_id=pl.format("ticker:{}:{}", "ticker", pl.col("name").fill_null("").str.to_uppercase())
    )
    given = {
        "as_of": pl.lit(holdings.as_of),
        "snapshot_date": pl.lit(holdings.as_of),
        "list_available_date": pl.lit(next_session(holdings.as_of, sessions)),
        "fund": pl.lit(f"{fund.fund}{DAILY}"),
        "source": pl.lit(SOURCE),
    }
    return FundList(
        rows=_in(named.with_columns(**given), CONSTITUENTS_COLUMNS),
        refused=write_refused(
            holdings.refused.with_columns(snapshot_date=pl.lit(holdings.as_of)),
            pl.col("snapshot_date").dt.year(),
            ["snapshot_date", *(name for name in holdings.refused.columns if name != "rule")],
        ),
        fund=f"{fund.fund}{DAILY}",
        series_id=fund.series_id or "",
        list_date=holdings.as_of,
        available_date=next_session(holdings.as_of, sessions),
        identifiers=_in(named, IDENTIFIERS_SCHEMA),
    )


def _in(rows: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in columns.items()
    ).sort("source_id")
