"""Month-end prices as traded that filings show: a fund's value over its shares, and fails-to-deliver closes.

A price keeps its own day. It is a month-end price only if that day is the month's last session; every other
price is evidence of identity and splits. There are no dividends: returns are price returns, and only where it
is known whether the line was split. Nothing is filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.rules.types.footing import HoldingSplitRules
from smallcap.sources.base import PRICES_COLUMNS
from smallcap.sources.nport.splits import listed_splits

FILINGS: Final = "filings"
EVIDENCE_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "source_id": pl.String,
    "date": pl.Date,
    "close_usd": pl.Float64,
    "origin": pl.String,
    "is_month_end": pl.Boolean,
}
LIST, FAIL = "list", "fail"
TOLERANCE: Final = 0.02
"""Two sources of one close agree within this: a fund may value at another moment of the day."""
_NO_PRICE: Final = (
    "no fund reports its holdings at these months' last sessions, and no fail was open on the day after them"
)
_QUIET: Final = 2**0.5
"""A price that moved by less from one month end to the next hides no split of 2 for 1."""


@dataclass(frozen=True)
class FilingPrices:
    """What filings show of prices.

    Attributes
    ----------
    rows
        Month-end prices (`PRICES_COLUMNS`).
    evidence
        Every price with its day (`EVIDENCE_SCHEMA`).
    notices
        Where two filings disagree on a close, how often.
    """

    rows: pl.DataFrame
    evidence: pl.DataFrame
    notices: tuple[str, ...] = ()


def filing_prices(
    members: pl.DataFrame,
    cusips: pl.DataFrame,
    closes: pl.DataFrame,
    sessions: pl.Series,
    rules: HoldingSplitRules,
    source: str,
) -> FilingPrices:
    """Collect the prices of lines.

    Parameters
    ----------
    members
        Members of all lists, with line ids: source_id, fund, snapshot_date, quantity, price_usd.
    cusips
        Which CUSIP is which line: cusip, source_id.
    closes
        Closes of fails-to-deliver files: cusip, date, close_usd.
    sessions
        Trading days that cover all of it, to the end of its last month.
    rules
        Which changes of a holding are splits.
    source
        The value of the column `source`.
    """
    evidence = _evidence(members, cusips, closes, sessions)
    by_origin = evidence.filter("is_month_end").sort("source_id", "date", pl.col("origin") != LIST)
    month_ends = by_origin.unique(["source_id", "date"], keep="first", maintain_order=True)
    split = _with_split(month_ends, listed_splits(members, rules), rules)
    rows = split.with_columns(source=pl.lit(source)).select(
        (pl.col(name) if name in (*split.columns, "source") else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in PRICES_COLUMNS.items()
    )
    return FilingPrices(rows.sort("source_id", "date"), evidence, _disagreements(evidence))


def missing_months(rows: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Say for which months asked for there is no price.

    Parameters
    ----------
    rows
        Month-end prices: source_id, date.
    asked
        source_id and `month_end` (the month's last session), one row per line and month.

    Returns
    -------
    pl.DataFrame
        source_id, year, `months` (text) and `reason`, one row per line and year with a gap.
    """
    known = rows.select("source_id", month_end="date")
    return (
        asked.join(known, on=["source_id", "month_end"], how="anti")
        .sort("source_id", "month_end")
        .group_by("source_id", year=pl.col("month_end").dt.year(), maintain_order=True)
        .agg(months=pl.col("month_end").dt.month().cast(pl.String).str.join(" "))
        .with_columns(reason=pl.lit(_NO_PRICE))
    )


def _evidence(
    members: pl.DataFrame, cusips: pl.DataFrame, closes: pl.DataFrame, sessions: pl.Series
) -> pl.DataFrame:
    """Bring both kinds of prices together; that of a list is of the last session at or before its date."""
    days = sessions.sort().to_frame().select(date=pl.col(sessions.name).cast(pl.Date))
    ends = days.group_by(month=pl.col("date").dt.month_start()).agg(pl.col("date").max())
    listed = (
        members.drop_nulls("price_usd")
        .sort("snapshot_date")
        .join_asof(
            days, left_on="snapshot_date", right_on="date", tolerance=f"{_OLDEST_SESSION}d", coalesce=False
        )
        .select("source_id", "date", close_usd="price_usd", origin=pl.lit(LIST))
    )
    failed = closes.join(cusips, on="cusip").select("source_id", "date", "close_usd", origin=pl.lit(FAIL))
    together = pl.concat([listed, failed], how="vertical_relaxed").drop_nulls("date")
    return (
        together.unique()
        .join(ends.select("date", is_month_end=pl.lit(value=True)), on="date", how="left")
        .with_columns(pl.col("is_month_end").fill_null(False))
        .select(pl.col(name).cast(dtype) for name, dtype in EVIDENCE_SCHEMA.items())
        .sort("source_id", "date", "origin", "close_usd")
    )


_OLDEST_SESSION: Final = 5
"""Days between a list and the session whose closes it has: a weekend with a holiday."""


def _with_split(month_ends: pl.DataFrame, splits: pl.DataFrame, rules: HoldingSplitRules) -> pl.DataFrame:
    """Add `split_ratio` of the month: null after a gap, and where it is not known whether there was one."""
    before = pl.col("date").shift().over("source_id")
    months = pl.col("date").dt.year() * 12 + pl.col("date").dt.month()
    ordered = month_ends.sort("source_id", "date").with_columns(
        date_before=before,
        change=pl.col("close_usd") / pl.col("close_usd").shift().over("source_id"),
        is_next=(months.diff().over("source_id") == 1).fill_null(False),
    )
    is_inside = (pl.col("listed_before") < pl.col("date")) & (pl.col("listed_on") > pl.col("date_before"))
    misfit = (pl.col("split_ratio") * pl.col("change")).log().abs()
    decided = (
        ordered.filter("is_next")
        .join(splits, on="source_id")
        .filter(is_inside)
        .with_columns(misfit=misfit)
        # A split is in the one month of its interval whose price moved against it.
        .filter(
            (pl.col("split_ratio") == 1.0)
            | (
                (pl.col("misfit") <= pl.lit(1 + rules.price_tolerance).log())
                & (pl.col("misfit") == pl.col("misfit").min().over("source_id", "listed_before", "listed_on"))
            )
        )
        .sort("source_id", "date", pl.col("split_ratio") == 1.0, "listed_on", "split_ratio")
        .unique(["source_id", "date"], keep="first", maintain_order=True)
        .select("source_id", "date", listed_ratio="split_ratio")
    )
    is_quiet = pl.col("change").log().abs() < pl.lit(_QUIET).log()
    ratio = pl.coalesce("listed_ratio", pl.when(is_quiet).then(pl.lit(1.0)))
    return ordered.join(decided, on=["source_id", "date"], how="left").with_columns(
        split_ratio=pl.when("is_next").then(ratio)
    )


def _disagreements(evidence: pl.DataFrame) -> tuple[str, ...]:
    """Count the days on which two filings have different closes of a line."""
    apart = pl.col("close_usd").max() / pl.col("close_usd").min() - 1
    days = evidence.group_by("source_id", "date").agg(apart=apart)
    count = days.filter(pl.col("apart") > TOLERANCE).height
    if not count:
        return ()
    return (f"{count} closes of filings differ by more than {TOLERANCE:.0%} between two filings of one day",)
