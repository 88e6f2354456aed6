"""marts.quintile_performance: what the portfolios of the quality score would have earned."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import count, date, key_cost, key_text, number, ratio, text
from smallcap.tables.quintiles import METHOD, PORTFOLIO, SCOPE, WEIGHTING, holding


def _a_year(what: str) -> dy.Float64:
    return ratio(f"{what}, a year")


def _error(what: str) -> dy.Float64:
    return ratio(f"its standard error, a year: {what}", min=0)


def _p_value() -> dy.Float64:
    return number("two-sided, Student's t", "probability", min=0, max=1)


def _t_stat() -> dy.Float64:
    return number("estimate over standard error", "ratio")


class QuintilePerformance(dy.Schema):
    """One row per quintile portfolio and cost level, over all months with enough companies.

    The study forecasts nothing; this says whether its score could have.
    """

    method = key_text(METHOD)
    holding_months = holding()
    weighting = key_text(WEIGHTING)
    scope = key_text(SCOPE)
    portfolio = key_text(PORTFOLIO)
    cost_basis_points = key_cost("cost of each dollar bought or sold; a first formation is not charged")
    first_month = date("first month measured")
    last_month = date("last month measured")
    months = count("months measured: with a return, and enough companies at formation", unit="months")
    months_thin = count("months left out: too few companies at formation", unit="months")
    months_survivors_only = count(
        "of the months measured, those in which too much weight is without a return", unit="months"
    )
    names = number("companies at formation, mean over the months", "companies", min=0)
    fewest_names = count("companies at formation, fewest", nullable=True, unit="companies")
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
    ff5_months = count(
        "months with a return and all factors of the five factors", nullable=True, unit="months"
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
    ff5_mom_months = count(
        "months with a return and all factors of the five factors and momentum", nullable=True, unit="months"
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
