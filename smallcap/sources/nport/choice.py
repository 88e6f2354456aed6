"""Which list serves which date where several funds follow one index.

The members between two lists are those of the last. Funds whose fiscal years are staggered give more month
ends; a fund that only samples the index serves where no other fund has a list that is young enough. What two
funds disagree on is no change of the index: changes are computed within one fund (marts.index_changes).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.base import CONSTITUENTS_COLUMNS
from smallcap.sources.nport.members import FundList

QUARTERLY_LIST_AGE_DAYS: Final = 100
"""How long a list of a fund serves: a quarter, and the days until the next one's own date."""
REPLICATES: Final = "replicates"
DAILY: Final = " (file of the day)"
"""Ends the fund's name in lists that are its holdings file of a day, not a report."""
_LISTS: Final[dict[str, type[pl.DataType]]] = {
    "fund": pl.String,
    "snapshot_date": pl.Date,
    "list_available_date": pl.Date,
    "is_replicating": pl.Boolean,
}


@dataclass(frozen=True)
class Basis:
    """On which basis members are taken.

    Attributes
    ----------
    max_age_days
        A list serves dates up to so many days after its own.
    evidence_from
        From this date on only lists that were public serve (`evidence_known`): the date of the running month;
        before it a list serves from its own date on (`index_known`). None: all dates are history.
    """

    max_age_days: int = QUARTERLY_LIST_AGE_DAYS
    evidence_from: dt.date | None = None


def chosen_lists(
    lists: Sequence[FundList], funds: Sequence[FundRow], as_ofs: Sequence[dt.date], basis: Basis
) -> pl.DataFrame:
    """Choose the list for each date.

    Of lists that are young enough, those of funds that replicate the index come first, then the newest, then
    the first by the fund's name.

    Returns
    -------
    pl.DataFrame
        as_of, fund, snapshot_date and list_available_date, one row per date with a list, ascending. A later
        list changes no earlier date.
    """
    kinds = {row.fund: row.kind == REPLICATES for row in funds}
    known = pl.DataFrame(
        [
            (one.fund, one.list_date, one.available_date, kinds.get(one.fund.removesuffix(DAILY), False))
            for one in lists
        ],
        schema=_LISTS,
        orient="row",
    ).unique()
    age = (pl.col("as_of") - pl.col("snapshot_date")).dt.total_days()
    is_live = pl.col("as_of") >= pl.lit(basis.evidence_from, pl.Date)
    is_public = pl.col("list_available_date") <= pl.col("as_of")
    return (
        pl.DataFrame({"as_of": sorted(set(as_ofs))}, schema={"as_of": pl.Date})
        .join(known, how="cross")
        .filter(age.is_between(0, basis.max_age_days), is_public | ~is_live.fill_null(False))
        .sort("as_of", "is_replicating", "snapshot_date", "fund", descending=[False, True, True, False])
        .unique("as_of", keep="first", maintain_order=True)
        .select("as_of", "fund", "snapshot_date", "list_available_date")
    )


def members_at(rows: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the members of each date from the list chosen for it.

    Parameters
    ----------
    rows
        The members of all lists (`smallcap.sources.whois.lines.constituents_rows`).
    chosen
        What `chosen_lists` returns.

    Returns
    -------
    pl.DataFrame
        `CONSTITUENTS_COLUMNS`, sorted by as_of and line.
    """
    listed = rows.drop("as_of", "list_available_date")
    return (
        chosen.join(listed, on=["fund", "snapshot_date"], how="inner")
        .select(pl.col(name).cast(dtype) for name, dtype in CONSTITUENTS_COLUMNS.items())
        .sort("as_of", "source_id")
    )
