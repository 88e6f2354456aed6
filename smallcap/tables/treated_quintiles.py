"""The tables of quintile portfolios under each treatment of doubtful returns."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import REASON, STATUS, count, date, key_cost, key_text, number, ratio, text
from smallcap.tables.quintiles import METHOD, PORTFOLIO, SCOPE, WEIGHTING, QuintileReturns, holding
from smallcap.tables.returns import COVERAGE, TREATMENT


class TreatedQuintileReturns(QuintileReturns):
    """One row per quintile portfolio, month and treatment: as marts.quintile_returns, treated."""

    treatment = key_text(TREATMENT)


class TreatedQuintiles(dy.Schema):
    """One row per quintile portfolio, cost level, treatment and block length: alphas and their intervals."""

    method = key_text(METHOD)
    holding_months = holding()
    weighting = key_text(WEIGHTING)
    scope = key_text(SCOPE)
    portfolio = key_text(PORTFOLIO)
    cost_basis_points = key_cost("cost of each dollar bought or sold; a first formation is not charged")
    treatment = key_text(TREATMENT)
    block = key_text(
        "optimal: the optimal length of the series with all returns, before costs, in whole months; "
        "3_months, 6_months, 12_months: given"
    )
    first_month = date("first month measured")
    last_month = date("last month measured")
    months = count("months measured: with a return, and enough companies at formation", unit="months")
    annual_return = ratio("compounded net return, a year")
    mean_annual = ratio("12 x the mean monthly net return")
    mean_ci_low = ratio("lower end of its Newey-West interval")
    mean_ci_high = ratio("upper end of its Newey-West interval")
    ff5_months = count(
        "months with a return and all factors of the five factors", nullable=True, unit="months"
    )
    ff5_vintage = text("YYYYMM of the returns database behind the factors of the five factors")
    ff5_alpha_annual = ratio("alpha on the five factors, a year")
    ff5_alpha_hac_ci_low = ratio("lower end of its Newey-West interval")
    ff5_alpha_hac_ci_high = ratio("upper end of its Newey-West interval")
    ff5_block_months = number("mean block length for the five factors", "months", min=1)
    ff5_alpha_ci_low = ratio("lower end of its bootstrap interval")
    ff5_alpha_ci_high = ratio("upper end of its bootstrap interval")
    ff5_alpha_p_value = number("twice the share of draws beyond zero", "probability", min=0, max=1)
    ff5_mom_months = count(
        "months with a return and all factors of the five factors and momentum", nullable=True, unit="months"
    )
    ff5_mom_vintage = text("YYYYMM of the returns database behind the five factors and momentum")
    ff5_mom_alpha_annual = ratio("alpha on the five factors and momentum, a year")
    ff5_mom_alpha_hac_ci_low = ratio("lower end of its Newey-West interval")
    ff5_mom_alpha_hac_ci_high = ratio("upper end of its Newey-West interval")
    ff5_mom_block_months = number("mean block length for the five factors and momentum", "months", min=1)
    ff5_mom_alpha_ci_low = ratio("lower end of its bootstrap interval")
    ff5_mom_alpha_ci_high = ratio("upper end of its bootstrap interval")
    ff5_mom_alpha_p_value = number("twice the share of draws beyond zero", "probability", min=0, max=1)
    weight_without_return = ratio("largest share of a month's weight without a return", min=0, max=1)
    coverage = text(COVERAGE)
    status = text(STATUS, nullable=False)
    reason = text(REASON)
    rule_set = text("name and version of the rule set", nullable=False)
