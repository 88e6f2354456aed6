"""The tables of books and of the experiment under each treatment of doubtful returns."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    REASON,
    STATUS,
    count,
    date,
    key_cost,
    key_date,
    key_text,
    number,
    ratio,
    text,
    year,
)
from smallcap.tables.experiment import ExperimentReturns
from smallcap.tables.factors import MONTH, MONTH_YEAR
from smallcap.tables.hindsight import HindsightGap

TREATMENT = (
    "all: every return as known; without_suspects: suspect returns left out; winsorized: cut off at "
    "quantiles of the month; delisting_losses: all, with a loss in the month after the last price of a "
    "holding that was delisted for its performance"
)
WEIGHT_WITHOUT = "share of the weight of the month, tickers without a line included, that has no return"
COVERAGE = (
    "complete; survivors_only: in a month more than the rule set's share of the weight has no return, so the "
    "figures are of the names with prices"
)


class TreatedBookReturns(dy.Schema):
    """One row per book, month and treatment of doubtful returns: the return, and the weight without one."""

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    treatment = key_text(TREATMENT)
    total_return = ratio("return of the month; null if no holding has one", min=-1)
    lines = count("lines planned for the month, including one that stops in it", unit="lines")
    without_return = count("of these, lines without a return under the treatment", unit="lines")
    changed = count(
        "lines whose return the treatment removes, cuts off or, for a delisting, adds", unit="lines"
    )
    unresolved = count("tickers of the book without a line", unit="tickers")
    weight_without_return = ratio(WEIGHT_WITHOUT, min=0, max=1)
    coverage = text(COVERAGE, nullable=False)
    rule_set = text("name and version of the rule set", nullable=False)


class TreatedHindsight(HindsightGap):
    """One row per fixed list, treatment, part and item: as marts.hindsight_gap, all returns treated alike."""

    treatment = key_text(TREATMENT)


class TreatedExperimentReturns(ExperimentReturns):
    """One row per universe, weighting, month and treatment: as marts.experiment_returns, treated."""

    treatment = key_text(TREATMENT)


class TreatedExperiment(dy.Schema):
    """One row per universe, weighting, cost level, treatment and block length: difference from the index."""

    universe = key_text("profitable or unprofitable")
    weighting = key_text("equal, cap or sector_neutral")
    cost_basis_points = key_cost("cost per unit of one-way turnover, deducted at each trade")
    treatment = key_text(TREATMENT)
    block = key_text("optimal: the optimal length of the differences; 3_months, 6_months, 12_months: given")
    first_month = date("first month")
    last_month = date("last month")
    months = count("months in which both have a return", unit="months")
    months_with_rate = count("of these, months with a risk-free rate, for the Sharpe ratios", unit="months")
    vintage = text("YYYYMM of the returns database behind the risk-free rate")
    difference_annual = ratio("12 x mean of the monthly return less the index's")
    difference_hac_ci_low = ratio("lower end of its Newey-West interval")
    difference_hac_ci_high = ratio("upper end of its Newey-West interval")
    block_months = number("mean block length", "months", min=1)
    difference_ci_low = ratio("lower end of its bootstrap interval")
    difference_ci_high = ratio("upper end of its bootstrap interval")
    sharpe_difference = ratio("annualised Sharpe ratio less the index's", unit="ratio")
    sharpe_jk_ci_low = ratio("lower end of its interval by Jobson and Korkie: normal returns", unit="ratio")
    sharpe_jk_ci_high = ratio("upper end of that interval", unit="ratio")
    sharpe_ci_low = ratio("lower end of its bootstrap interval", unit="ratio")
    sharpe_ci_high = ratio("upper end of its bootstrap interval", unit="ratio")
    weight_without_return = ratio("largest share of a month's weight without a return", min=0, max=1)
    coverage = text(COVERAGE)
    status = text(STATUS, nullable=False)
    reason = text(REASON)
    rule_set = text("name and version of the rule set", nullable=False)
