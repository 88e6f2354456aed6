"""marts.quality_summary: the score by quintile and sector. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_text,
    looks_later,
    ratio,
    text,
    usd,
    year,
)


class QualitySummary(dy.Schema):
    """One row per as_of, method, basis, variant and quintile (0: all): counts, statistics, outcomes."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    method = key_text("published, debt_free_aware, or trailing: on the latest footing")
    basis = key_text("point_in_time or as_published")
    variant = key_text(
        "base, or the ablation: no_winsorizing, no_coverage_clip, no_controls, controls_of_the_text"
    )
    quintile = dy.Int64(
        primary_key=True, min=0, max=5, description="1 worst to 5 best; 0 is all scored together"
    )
    is_final = looks_later(
        flag("later filings can no longer change the row"),
        "true once the clock has passed the horizon_date of its scores",
    )
    members = count("members at as_of")
    usable_tickers = count("of these, with a usable ticker")
    with_record = count("of these, with an annual record that is not stale")
    complete_records = count("of these, with all five inputs")
    records_after_controls = count("of these, within the controls")
    scored = count("companies scored in this quintile")
    roe_mean = ratio("mean of roe")
    roe_std = ratio("sample standard deviation of roe")
    roe_min = ratio("smallest roe")
    roe_p25 = ratio("first quartile of roe")
    roe_median = ratio("median roe")
    roe_p75 = ratio("third quartile of roe")
    roe_max = ratio("largest roe")
    fcf_margin_mean = ratio("mean of fcf_margin")
    fcf_margin_std = ratio("sample standard deviation of fcf_margin")
    fcf_margin_min = ratio("smallest fcf_margin")
    fcf_margin_p25 = ratio("first quartile of fcf_margin")
    fcf_margin_median = ratio("median fcf_margin")
    fcf_margin_p75 = ratio("third quartile of fcf_margin")
    fcf_margin_max = ratio("largest fcf_margin")
    debt_to_assets_mean = ratio("mean of debt_to_assets")
    debt_to_assets_std = ratio("sample standard deviation of debt_to_assets")
    debt_to_assets_min = ratio("smallest debt_to_assets")
    debt_to_assets_p25 = ratio("first quartile of debt_to_assets")
    debt_to_assets_median = ratio("median debt_to_assets")
    debt_to_assets_p75 = ratio("third quartile of debt_to_assets")
    debt_to_assets_max = ratio("largest debt_to_assets")
    interest_coverage_mean = ratio("mean of interest_coverage, clipped as scored", unit="multiple")
    interest_coverage_std = ratio("sample standard deviation of interest_coverage", unit="multiple")
    interest_coverage_min = ratio("smallest interest_coverage", unit="multiple")
    interest_coverage_p25 = ratio("first quartile of interest_coverage", unit="multiple")
    interest_coverage_median = ratio("median interest_coverage", unit="multiple")
    interest_coverage_p75 = ratio("third quartile of interest_coverage", unit="multiple")
    interest_coverage_max = ratio("largest interest_coverage", unit="multiple")
    market_cap_usd_mean = usd("mean of market_cap_usd")
    market_cap_usd_std = usd("sample standard deviation of market_cap_usd")
    market_cap_usd_min = usd("smallest market_cap_usd")
    market_cap_usd_p25 = usd("first quartile of market_cap_usd")
    market_cap_usd_median = usd("median market_cap_usd")
    market_cap_usd_p75 = usd("third quartile of market_cap_usd")
    market_cap_usd_max = usd("largest market_cap_usd")
    top_names = text("the eight best tickers, best first; only on quintile 0")
    bottom_names = text("the eight worst tickers, worst first; only on quintile 0")
    formed_as_of = date(
        "as_of twelve months earlier, whose quintiles the outcome_ columns follow; null if not in the lake"
    )
    outcome_companies = count("companies scored in this quintile at formed_as_of", nullable=True)
    outcome_reported = count(
        "of these, with a fiscal year that ended after formed_as_of and is visible at as_of: at a December "
        "date few companies, of odd fiscal years; marts.quintile_outcomes judges when most have reported",
        nullable=True,
    )
    outcome_loss_share = ratio(
        "share of outcome_reported whose later record shows a loss; see outcome_reported"
    )
    outcome_debt_to_assets_median = ratio("median debt_to_assets of the later records")
    outcome_exit_share = ratio(
        "share of outcome_companies that are no longer members at as_of, whatever the cause: "
        "marts.quintile_outcomes tells graduates from failures"
    )
    outcome_max_drawdown_median = ratio(
        "median of the companies' largest drawdown over the twelve months, from month-end returns; negative"
    )
