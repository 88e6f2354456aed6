"""The tables of monthly returns and of the factors."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    flag,
    key_date,
    key_id,
    ratio,
    text,
    year,
)
from smallcap.tables.factor_regressions import VINTAGE

MONTH_YEAR = "calendar year of month; the partition"
MONTH = "last calendar day of the month"
SENTINEL = -0.99
"""Lower bound of a factor: files write a missing factor as -99.99 or -999 per cent."""


class MonthlyReturns(dy.Schema):
    """One row per line and month with a known total return; a missing month is never taken as zero."""

    year = year(MONTH_YEAR)
    month = key_date(MONTH)
    security_id = key_id("our id of the line (share class)")
    total_return = dy.Float64(
        nullable=False,
        min=-1,
        metadata={"unit": "fraction"},
        description="return of the month with dividends",
    )
    is_after_gap = flag("the line has no return in the month before, but has one in the twelve months before")
    is_extreme = flag("the return is above the limit of the rule set: kept, but to be reviewed")
    is_return_extreme = flag("above +100% or below -50%, gains and falls alike: kept (core.return_doubts)")
    is_price_return = flag("only prices are known: the change of the price, without dividends")
    source = text("source of the row", nullable=False)

    @dy.rule()
    def month_ends(cls) -> pl.Expr:
        """A month is dated by its last day, in the partition of its year."""
        return (pl.col("month") == pl.col("month").dt.month_end()) & (
            pl.col("month").dt.year() == pl.col("year")
        )


class FactorsMonthly(dy.Schema):
    """One row per month of the latest five-factor vintage, with momentum from a file of the same vintage."""

    month = key_date(MONTH)
    vintage = text(VINTAGE, nullable=False)
    mkt_rf = ratio("market return over the risk-free rate", min_exclusive=SENTINEL, max=1)
    smb = ratio("small minus big, from the five-factor file", min_exclusive=SENTINEL, max=1)
    hml = ratio("high minus low book-to-market", min_exclusive=SENTINEL, max=1)
    rmw = ratio("robust minus weak profitability", min_exclusive=SENTINEL, max=1)
    cma = ratio("conservative minus aggressive investment", min_exclusive=SENTINEL, max=1)
    mom = ratio("winners minus losers; null if no file of the vintage has it", min_exclusive=SENTINEL, max=1)
    rf = ratio("risk-free rate of the month", min=-0.01, max=0.1)
