"""Month-end prices from Yahoo's daily ones, after they were compared with the closes that filings show.

Yahoo's close is always adjusted for later splits, and its ticker is that of today's holder. So closes are
brought back to those traded by the splits that Yahoo names, and compared with the filings' closes: one
constant factor is a split that Yahoo does not name; changing factors are another company.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from smallcap.sources.base import PRICES_COLUMNS
from smallcap.sources.nport.prices import TOLERANCE

YAHOO: Final = "yahoo"
Status = Literal["confirmed", "missing_split", "one_mismatch", "one_date", "another_company", "unconfirmed"]
USABLE: Final = frozenset({"confirmed", "missing_split", "one_mismatch", "one_date"})
LEAST_DATES: Final = 2
_LEAST_FOR_ONE_MISMATCH: Final = 3
"""With two dates that disagree, nothing says which of them is the mismatch."""


@dataclass(frozen=True)
class Comparison:
    """How Yahoo's closes of a line compare with those of filings.

    Attributes
    ----------
    status
        confirmed: all agree; missing_split: all differ by one factor; one_mismatch: all but one agree, a
        flag; one_date: there is a single close to compare with, and it agrees; another_company: factors
        change; unconfirmed: there is nothing to compare with, or a single close that does not agree.
    factor
        What Yahoo's closes, later splits undone, are divided by: 1 but for a missing split.
    dates
        The closes that were compared.
    reason
        Why the prices are flagged or not used; None where they are confirmed.
    last_date
        The last close that was compared; None where there is none. A split that Yahoo does not name is after
        it, so that closes as traded are known up to it only.
    """

    status: Status
    factor: float
    dates: int
    reason: str | None
    last_date: dt.date | None = None

    @property
    def is_usable(self) -> bool:
        """Whether the prices are of the line."""
        return self.status in USABLE


def as_traded(daily: pl.DataFrame) -> pl.DataFrame:
    """Add `traded_close`: the close times the splits of all later sessions."""
    split = pl.when(pl.col("split") > 0).then("split").otherwise(1.0)
    # The split of a session is in its own close already.
    later = split.reverse().cum_prod().reverse() / split
    return daily.sort("date").with_columns(traded_close=pl.col("close") * later)


def compared_with(daily: pl.DataFrame, evidence: pl.DataFrame) -> Comparison:
    """Compare Yahoo's closes of a line with those of filings.

    Parameters
    ----------
    daily
        Yahoo's sessions to today (`smallcap.sources.yahoo.client.DAILY_SCHEMA`): splits after the last date
        of the evidence are needed too.
    evidence
        The filings' closes of the line: date, close_usd.
    """
    beside = evidence.select("date", "close_usd").join(
        as_traded(daily).select("date", "traded_close"), on="date"
    )
    last = beside["date"].max()
    judged = _judged(beside)
    return replace(judged, last_date=last if isinstance(last, dt.date) else None)


def _judged(beside: pl.DataFrame) -> Comparison:
    """Judge the factors between two kinds of closes."""
    ratios = (beside["traded_close"] / beside["close_usd"]).sort()
    factors = [float(ratio) for ratio in ratios if ratio is not None and math.isfinite(ratio) and ratio > 0]
    agreeing = [factor for factor in factors if _is_near(factor, 1.0)]
    if len(factors) < LEAST_DATES:
        return _of_few(factors, agreeing)
    if len(agreeing) == len(factors):
        return Comparison("confirmed", 1.0, len(factors), None)
    middle = factors[len(factors) // 2]
    if all(_is_near(factor, middle) for factor in factors):
        told = f"all {len(factors)} closes differ from those of filings by one factor, {middle:.4g}"
        return Comparison("missing_split", middle, len(factors), f"{told}: a split that Yahoo does not name")
    if len(factors) >= _LEAST_FOR_ONE_MISMATCH and len(agreeing) == len(factors) - 1:
        told = f"1 of {len(factors)} closes differs from that of a filing"
        return Comparison("one_mismatch", 1.0, len(factors), told)
    told = f"closes are {factors[0]:.4g} to {factors[-1]:.4g} times those of filings"
    return Comparison("another_company", 1.0, len(factors), f"{told}: the ticker is another company's now")


def month_end_rows(daily: pl.DataFrame, comparison: Comparison, source_id: str, source: str) -> pl.DataFrame:
    """Return month-end prices and returns of a line, in `PRICES_COLUMNS`; none where it is not usable.

    The close is the one traded, the adjusted close Yahoo's. The return with dividends is that of adjusted
    closes of consecutive months. Volume times close is the same before and after a split.

    Parameters
    ----------
    daily
        Yahoo's sessions to today.
    comparison
        How they compare with filings.
    source_id, source
        The line, and the value of the column `source`.
    """
    if not comparison.is_usable or daily.is_empty():
        return pl.DataFrame(schema=PRICES_COLUMNS)
    traded = as_traded(daily).with_columns(
        traded_close=pl.col("traded_close") / comparison.factor,
        split=pl.when(pl.col("split") > 0).then("split").otherwise(1.0),
        dollars=pl.col("close") * pl.col("volume"),
    )
    months = (
        traded.group_by(month=pl.col("date").dt.month_start())
        .agg(
            pl.col("date", "traded_close", "adjusted_close").last(),
            pl.col("split").product(),
            pl.col("dollars").median(),
        )
        .sort("month")
    )
    number = pl.col("month").dt.year() * 12 + pl.col("month").dt.month()
    total = pl.col("adjusted_close") / pl.col("adjusted_close").shift() - 1
    is_known = pl.lit(value=True)
    if comparison.status == "missing_split" and comparison.last_date is not None:
        is_known = pl.col("date") <= comparison.last_date
    described = months.with_columns(
        source_id=pl.lit(source_id),
        source=pl.lit(source),
        close_usd=pl.when(is_known).then("traded_close"),
        adjusted_close_usd="adjusted_close",
        split_ratio=pl.when(is_known).then("split"),
        total_return=pl.when((number.diff() == 1) & total.is_finite()).then(total),
        median_dollar_volume_usd=pl.when(pl.col("dollars") > 0).then("dollars"),
    )
    return described.select(pl.col(name).cast(dtype) for name, dtype in PRICES_COLUMNS.items())


def _of_few(factors: list[float], agreeing: list[float]) -> Comparison:
    """Judge what at most one close says."""
    if agreeing:
        told = "only one close of a filing is there to compare with"
        return Comparison("one_date", 1.0, 1, told)
    told = "no close of a filing is there to compare with"
    if factors:
        told = f"the only close of a filing differs by a factor of {factors[0]:.4g}"
    return Comparison("unconfirmed", 1.0, len(factors), told)


def _is_near(factor: float, other: float) -> bool:
    return abs(math.log(factor / other)) <= math.log(1 + TOLERANCE)
