"""The tables of doubtful returns, and of portfolios under each treatment of them."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.books import REASON, STATUS, HindsightGap
from smallcap.tables.columns import (
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    looks_later,
    number,
    ratio,
    text,
    year,
)
from smallcap.tables.experiment import ExperimentReturns
from smallcap.tables.factors import MONTH, MONTH_YEAR
from smallcap.tables.quintiles import METHOD, PORTFOLIO, SCOPE, WEIGHTING, QuintileReturns, holding

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


SUSPECTED_LATER = "evidence comes with later lists and counts, on suspect_known_date"
REVERSED_LATER = "a reversal comes in a later month, reversed_month"


class ReturnDoubts(dy.Schema):
    """One row per month and line whose return is extreme or suspect; looks later, as its dates say."""

    year = year(MONTH_YEAR)
    month = key_date(MONTH)
    security_id = key_id("our id of the line (share class)")
    total_return = dy.Float64(
        nullable=False, min=-1, metadata={"unit": "fraction"}, description="return of the month, kept"
    )
    is_return_extreme = flag("above +100% or below -50%; removes nothing, and is known at the month's end")
    is_return_suspect = looks_later(
        flag("there is evidence against the return; known on suspect_known_date"), SUSPECTED_LATER
    )
    evidence = looks_later(
        text(
            "what speaks against it: holding_quantity or share_count (moved by the inverse ratio), "
            "traded_close (disagrees); comma-separated, null for nothing"
        ),
        SUSPECTED_LATER,
    )
    suspect_known_date = looks_later(
        date("first day on which evidence could be known; null without evidence"), SUSPECTED_LATER
    )
    holding_move = looks_later(
        ratio(
            "the fund's holding after the month over that before, relative to the median line",
            "multiple",
            min=0,
        ),
        SUSPECTED_LATER,
    )
    holding_date = looks_later(date("date of the later list"), SUSPECTED_LATER)
    count_move = looks_later(
        ratio("share count after the month over that before, as first known", "multiple", min=0),
        SUSPECTED_LATER,
    )
    count_date = looks_later(date("day on which the later count became known"), SUSPECTED_LATER)
    traded_ratio = ratio(
        "close as traded over that of the month before, splits considered", "multiple", min=0
    )
    is_return_reversed_later = looks_later(
        flag("a later extreme return takes the price back; descriptive, known on reversed_month"),
        REVERSED_LATER,
    )
    reversed_month = looks_later(date("the month of that return; null for none"), REVERSED_LATER)
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def suspicion_has_evidence(cls) -> pl.Expr:
        """A return is suspect if and only if there is evidence, with the day on which it could be known."""
        is_suspect = pl.col("is_return_suspect")
        return (is_suspect == pl.col("evidence").is_not_null()) & (
            is_suspect == pl.col("suspect_known_date").is_not_null()
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
    cost_basis_points = dy.Int64(
        primary_key=True,
        min=0,
        metadata={"unit": "basis points"},
        description="cost per unit of one-way turnover, deducted at each trade",
    )
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
    cost_basis_points = dy.Int64(
        primary_key=True,
        min=0,
        metadata={"unit": "basis points"},
        description="cost of each dollar bought or sold; a first formation is not charged",
    )
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
    ff5_months = dy.Int64(
        nullable=True,
        min=0,
        metadata={"unit": "months"},
        description="months with a return and all factors of the five factors",
    )
    ff5_vintage = text("YYYYMM of the returns database behind the factors of the five factors")
    ff5_alpha_annual = ratio("alpha on the five factors, a year")
    ff5_alpha_hac_ci_low = ratio("lower end of its Newey-West interval")
    ff5_alpha_hac_ci_high = ratio("upper end of its Newey-West interval")
    ff5_block_months = number("mean block length for the five factors", "months", min=1)
    ff5_alpha_ci_low = ratio("lower end of its bootstrap interval")
    ff5_alpha_ci_high = ratio("upper end of its bootstrap interval")
    ff5_alpha_p_value = number("twice the share of draws beyond zero", "probability", min=0, max=1)
    ff5_mom_months = dy.Int64(
        nullable=True,
        min=0,
        metadata={"unit": "months"},
        description="months with a return and all factors of the five factors and momentum",
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
