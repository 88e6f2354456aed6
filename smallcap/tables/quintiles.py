"""marts.quintile_returns, and how tables of quintile portfolios name a portfolio."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    count,
    date,
    flag,
    key_date,
    key_text,
    ratio,
    text,
    year,
)
from smallcap.tables.factors import MONTH, MONTH_YEAR

METHOD = "method of the score: published, or debt_free_aware; always on basis point_in_time"
WEIGHTING = "equal; or cap: by market value at as_of. Set at formation, then drifting with the returns"
SCOPE = (
    "all: quintiles of all scored companies; sector_neutral: quintiles within each sector with at least ten "
    "scored companies, others left out"
)
PORTFOLIO = "quintile of the score, 1 to 5, 5 is best; or long_short: 5 less 1, borrowing not charged"


def holding() -> dy.Int64:
    """Make the key column of how long a portfolio is held."""
    return dy.Int64(
        primary_key=True,
        min=1,
        max=12,
        metadata={"unit": "months"},
        description="12: formed at the end of June, held from July to June; 1: formed at each month's end",
    )


class QuintileReturns(dy.Schema):
    """One row per quintile portfolio and month, before costs; formed from what was visible."""

    year = year(MONTH_YEAR)
    method = key_text(METHOD)
    holding_months = holding()
    weighting = key_text(WEIGHTING)
    scope = key_text(SCOPE)
    portfolio = key_text(PORTFOLIO)
    month = key_date(MONTH)
    formed_as_of = date("month's end at which the portfolio was formed, before the month", nullable=False)
    total_return = ratio(
        "return of the month, by the weights at its beginning, of the holdings with a return; null if none "
        "has one"
    )
    turnover = ratio(
        "half of the value traded at the month's beginning, over the portfolio's: purchases and sales of a "
        "formation against the drifted weights of the one before, and one sale of each holding without a "
        "return; null if no portfolio was held before. long_short: the sum of both legs",
        min=0,
    )
    names = count("companies at formation; long_short: of the smaller leg", unit="companies")
    holdings = count("companies held at the beginning of the month", unit="companies")
    with_return = count("of these, companies with a return", unit="companies")
    weight_without_return = ratio(
        "weight, at the beginning of the month, of the holdings without a return: sold at their last value, "
        "never taken as zero. long_short: of the leg with more",
        min=0,
        max=1,
    )
    is_thin = flag("fewer companies at formation than the rule set demands; not part of the performance")
    is_survivors_only = flag(
        "weight_without_return is above the rule set's limit: the return is that of the survivors",
        nullable=True,
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def held_after_formation(cls) -> pl.Expr:
        """A portfolio earns nothing before the month after its formation."""
        return pl.col("formed_as_of") < pl.col("month")

    @dy.rule()
    def only_known_returns_count(cls) -> pl.Expr:
        """A quintile has a return exactly if any of its holdings has one."""
        is_any = pl.col("with_return") > 0
        is_known = pl.col("total_return").is_not_null()
        return (pl.col("portfolio") == "long_short") | (is_any == is_known)
