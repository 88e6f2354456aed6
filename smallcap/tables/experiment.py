"""The tables of the profitability experiment: the index against its profitable members."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import count, date, key_cost, key_date, key_text, number, ratio, text, year
from smallcap.tables.factors import MONTH, MONTH_YEAR

UNIVERSE = (
    "all: the index's members with a return; profitable: those with net income above zero in the annual "
    "record visible at formation, if not stale; unprofitable: those with net income of zero or less in it; "
    "admitted: by the rule of the S&P SmallCap 600 at the June of their entry"
)
WEIGHTING = (
    "equal; cap: by market value; sector_neutral: by market value, each sector with its weight in "
    "the index. Set at the end of each June, then drifting with the returns"
)
ONE_WAY = "half the sum of all absolute changes in weight"


class ExperimentReturns(dy.Schema):
    """One row per universe, weighting and month, before costs. A proxy for the S&P SmallCap 600's rule."""

    year = year(MONTH_YEAR)
    universe = key_text(UNIVERSE)
    weighting = key_text(WEIGHTING)
    month = key_date(MONTH)
    formed_as_of = date("the end of June at which the universe was formed", nullable=False)
    total_return = ratio(
        "return of the month, by the weights at its beginning; null if no holding has one", min=-1
    )
    turnover = ratio(
        f"one-way, at the beginning of the month: {ONE_WAY}. In July against the drifted weights of the year "
        "before, null if nothing was held to the end of June; in other months the weight of the companies "
        "that left the index, which goes to the others",
        min=0,
        max=1,
    )
    members = count("members of the index at formation", unit="companies")
    names = count("companies in the universe at formation", unit="companies")
    share_by_count = ratio("names over those of the index in the same weighting", min=0, max=1)
    share_by_weight = ratio(
        "weight of the names in the index in the same weighting, at formation", min=0, max=1
    )
    unknown_names = count(
        "companies of the index in the same weighting with unknown profitability", unit="companies"
    )
    holdings = count("companies held at the beginning of the month", unit="companies")
    with_return = count("of these, companies with a return", unit="companies")
    missing = count(
        "of these, companies without a return this month; left out, never taken as zero", unit="companies"
    )
    weight_without_return = ratio("their share of the value at the beginning of the month", min=0, max=1)
    left = count(
        "companies removed because they had left the index by the end of the month before; null in July",
        nullable=True,
    )

    @dy.rule()
    def only_known_returns_count(cls) -> pl.Expr:
        """Each holding has a return or is missing, and the month has a return if any holding has one."""
        is_any = pl.col("with_return") > 0
        return (pl.col("with_return") + pl.col("missing") == pl.col("holdings")) & (
            is_any == pl.col("total_return").is_not_null()
        )


class ProfitabilityExperiment(dy.Schema):
    """One row per universe, weighting, cost level, period and universe that it is compared with.

    Universe profitable is a proxy: the S&P SmallCap 600 requires profits only at entry, and of quarters;
    admitted is that rule among the members of this index.
    """

    universe = key_text(UNIVERSE)
    weighting = key_text(WEIGHTING)
    cost_basis_points = key_cost("cost per unit of one-way turnover, deducted at each trade")
    compared_with = key_text("the universe that the differences are from: all, or profitable for admitted")
    period = key_text("all; or the twelve months for which one formation is held, July to June: 2015/2016")
    first_month = date("first month with a return")
    last_month = date("last month with a return")
    months = count("months with a return", unit="months")
    junes = count("formations in the period", unit="formations")
    names = number("companies at formation, mean over the Junes", "companies", min=0)
    share_by_count = ratio(
        "names over those of the index in the same weighting, mean over the Junes", min=0, max=1
    )
    share_by_weight = ratio(
        "weight of the names in the index in the same weighting at formation, mean over the Junes",
        min=0,
        max=1,
    )
    unknown_names = number(
        "companies of the index with unknown profitability, mean over the Junes", "companies", min=0
    )
    annual_return = ratio("compounded return; annualised for all months, not for a single period", min=-1)
    volatility = ratio("sample deviation of the monthly returns x sqrt(12); null below 12 months", min=0)
    sharpe = number(
        "mean over deviation of the returns less the risk-free rate, x sqrt(12); null below 12 such months",
        "ratio",
    )
    months_with_rate = count(
        "months that also have a risk-free rate; factor files end about two months early", unit="months"
    )
    max_drawdown = ratio(
        "largest fall of the compounded value from any earlier month's end, as a negative number",
        min=-1,
        max=0,
    )
    turnover = ratio(
        "one-way, per year; for all: mean over the complete years with a known first trade", min=0
    )
    difference_annual = ratio(
        "12 x the mean monthly difference from compared_with in the same weighting and at the same cost; "
        "null for the index"
    )
    difference_std_error = ratio("its HAC standard error; only for period all, like the next four", min=0)
    difference_t_stat = number("difference over standard error", "ratio")
    difference_p_value = number("two-sided, Student's t", "probability", min=0, max=1)
    difference_ci_low = ratio("lower end of its 95% interval")
    difference_ci_high = ratio("upper end of its 95% interval")
    sharpe_difference = number(
        "sharpe less that of compared_with, over the months with both returns and the risk-free rate", "ratio"
    )
    sharpe_difference_std_error = number(
        "its standard error, Jobson-Korkie with Memmel's correction; only for period all", "ratio", min=0
    )
    sharpe_difference_ci_low = number("lower end of its 95% interval", "ratio")
    sharpe_difference_ci_high = number("upper end of its 95% interval", "ratio")
    vintage = text("YYYYMM of the returns database behind the risk-free rate")
    rule_set = text("name and version of the rule set", nullable=False)
    status = text("estimated; insufficient: too few Junes or months", nullable=False)
    reason = text("why there are no numbers; null if there are")

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A row that was not estimated has a reason and no numbers."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("annual_return").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )
