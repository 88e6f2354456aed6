"""The tables of quintile portfolios: what the quality score would have earned."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_text,
    looks_later,
    number,
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


def _a_year(what: str) -> dy.Float64:
    return ratio(f"{what}, a year")


def _error(what: str) -> dy.Float64:
    return ratio(f"its standard error, a year: {what}", min=0)


def _p_value() -> dy.Float64:
    return number("two-sided, Student's t", "probability", min=0, max=1)


def _t_stat() -> dy.Float64:
    return number("estimate over standard error", "ratio")


def _exits(which: str) -> dy.Int64:
    """Make a column of exits by cause, which rests on prices up to a year after the removal."""
    return looks_later(
        count(f"of the exits, companies {which}", unit="companies"),
        "the causes of marts.index_changes do; cause_known_date there says when",
    )


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


class QuintilePerformance(dy.Schema):
    """One row per quintile portfolio and cost level, over all months with enough companies.

    The study forecasts nothing; this says whether its score could have.
    """

    method = key_text(METHOD)
    holding_months = holding()
    weighting = key_text(WEIGHTING)
    scope = key_text(SCOPE)
    portfolio = key_text(PORTFOLIO)
    cost_basis_points = dy.Int64(
        primary_key=True,
        min=0,
        metadata={"unit": "basis points"},
        description="cost of each dollar bought or sold; a first formation is not charged",
    )
    first_month = date("first month measured")
    last_month = date("last month measured")
    months = count("months measured: with a return, and enough companies at formation", unit="months")
    months_thin = count("months left out: too few companies at formation", unit="months")
    months_survivors_only = count(
        "of the months measured, those in which too much weight is without a return", unit="months"
    )
    names = number("companies at formation, mean over the months", "companies", min=0)
    fewest_names = dy.Int64(
        nullable=True, min=0, metadata={"unit": "companies"}, description="companies at formation, fewest"
    )
    annual_return = ratio("compounded net return, a year")
    volatility = ratio("sample deviation of the monthly net returns x sqrt(12)", min=0)
    max_drawdown = ratio(
        "largest fall of the compounded value from any earlier month's end, as a negative number", max=0
    )
    turnover = ratio(
        "half of the value traded in a year over the portfolio's, 12 x the mean month; with drift and stops. "
        "long_short: the sum of both legs",
        min=0,
    )
    weight_without_return = ratio("mean over the months of the weight without a return", min=0, max=1)
    most_weight_without_return = ratio("largest weight without a return of any month", min=0, max=1)
    mean_annual = _a_year("12 x the mean monthly net return")
    mean_std_error = _error("Newey-West")
    mean_t_stat = _t_stat()
    mean_p_value = _p_value()
    mean_ci_low = _a_year("lower end of its 95% interval, Newey-West")
    mean_ci_high = _a_year("upper end of its 95% interval, Newey-West")
    ff5_months = dy.Int64(
        nullable=True,
        min=0,
        metadata={"unit": "months"},
        description="months with a return and all factors of the five factors",
    )
    ff5_vintage = text("YYYYMM of the returns database behind the factors of the five factors")
    ff5_r_squared = ratio("R squared of the regression on the five factors")
    ff5_alpha_annual = _a_year(
        "alpha on the five factors, 12 x the monthly one; of long_short without a risk-free rate"
    )
    ff5_alpha_ols_std_error = _error("classical")
    ff5_alpha_ols_t_stat = _t_stat()
    ff5_alpha_ols_p_value = _p_value()
    ff5_alpha_ols_ci_low = _a_year("lower end of its 95% interval, classical")
    ff5_alpha_ols_ci_high = _a_year("upper end of its 95% interval, classical")
    ff5_alpha_hac_std_error = _error("Newey-West")
    ff5_alpha_hac_t_stat = _t_stat()
    ff5_alpha_hac_p_value = _p_value()
    ff5_alpha_hac_ci_low = _a_year("lower end of its 95% interval, Newey-West")
    ff5_alpha_hac_ci_high = _a_year("upper end of its 95% interval, Newey-West")
    ff5_mom_months = dy.Int64(
        nullable=True,
        min=0,
        metadata={"unit": "months"},
        description="months with a return and all factors of the five factors and momentum",
    )
    ff5_mom_vintage = text(
        "YYYYMM of the returns database behind the factors of the five factors and momentum"
    )
    ff5_mom_r_squared = ratio("R squared of the regression on the five factors and momentum")
    ff5_mom_alpha_annual = _a_year(
        "alpha on the five factors and momentum, 12 x the monthly one; of long_short without a risk-free rate"
    )
    ff5_mom_alpha_ols_std_error = _error("classical")
    ff5_mom_alpha_ols_t_stat = _t_stat()
    ff5_mom_alpha_ols_p_value = _p_value()
    ff5_mom_alpha_ols_ci_low = _a_year("lower end of its 95% interval, classical")
    ff5_mom_alpha_ols_ci_high = _a_year("upper end of its 95% interval, classical")
    ff5_mom_alpha_hac_std_error = _error("Newey-West")
    ff5_mom_alpha_hac_t_stat = _t_stat()
    ff5_mom_alpha_hac_p_value = _p_value()
    ff5_mom_alpha_hac_ci_low = _a_year("lower end of its 95% interval, Newey-West")
    ff5_mom_alpha_hac_ci_high = _a_year("upper end of its 95% interval, Newey-West")
    rule_set = text("name and version of the rule set", nullable=False)
    status = text("estimated; insufficient: too few months or companies", nullable=False)
    reason = text("why there are no numbers; null if there are")

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A row that was not estimated has a reason and no numbers."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("annual_return").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )


class QuintileOutcomes(dy.Schema):
    """One row per as_of, method, basis and quintile (0: all): what became of those scored 21 months before.

    On the row of the later date, on which the outcome is judged.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, at which the outcome is judged")
    method = key_text("published, or debt_free_aware")
    basis = key_text("point_in_time or as_published")
    quintile = dy.Int64(
        primary_key=True,
        min=0,
        max=5,
        description="quintile at formed_as_of, 1 worst to 5 best; 0 is all scored",
    )
    formed_as_of = date(
        "month's end 21 months before as_of, at which the companies were scored", nullable=False
    )
    companies = count("companies scored in this quintile at formed_as_of", unit="companies")
    reported = count(
        "of these, companies whose outcome year is known at as_of: the first fiscal year that ends 6 to 18 "
        "months after formed_as_of",
        unit="companies",
    )
    reported_share = ratio("reported over companies", min=0, max=1)
    months_to_period_end_median = number(
        "months from formed_as_of to the end of the outcome year, median", "months", min=0
    )
    months_to_known_median = number(
        "months from formed_as_of to the day on which the outcome year became known, median", "months", min=0
    )
    losses = count("of reported, companies with a loss in the outcome year", unit="companies")
    loss_share = ratio("losses over reported", min=0, max=1)
    loss_share_low = ratio(
        "losses over companies: those that have not reported as without a loss", min=0, max=1
    )
    loss_share_high = ratio("losses and companies that have not reported, over companies", min=0, max=1)
    debt_to_assets_median = ratio("median debt_to_assets of the outcome years")
    exits = count("companies that are not members at as_of", unit="companies")
    exit_share = ratio("exits over companies", min=0, max=1)
    exits_graduated = _exits("that became too large")
    exits_acquired = _exits(
        "that the source says were acquired, or whose line stopped trading and did not fail"
    )
    exits_failed = _exits(
        "that the source says were delisted for their performance; where it gives no cause, whose line "
        "stopped trading below 1 USD or after losing half within a year"
    )
    exits_other = _exits("removed for their size or price")
    exits_unknown = _exits("whose removal is not explained")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def every_exit_has_one_cause(cls) -> pl.Expr:
        """The causes add up to the exits."""
        causes = ("graduated", "acquired", "failed", "other", "unknown")
        return pl.sum_horizontal(f"exits_{cause}" for cause in causes) == pl.col("exits")

    @dy.rule()
    def bounds_contain_the_share(cls) -> pl.Expr:
        """The share of losses lies within its bounds."""
        share = pl.col("loss_share")
        return share.is_null() | share.is_between("loss_share_low", "loss_share_high")
