"""The marts of the quality screen and of coverage. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    looks_later,
    ratio,
    text,
    usd,
    year,
)


class QualityScores(dy.Schema):
    """One row per as_of, member, method and basis: the score of the quality screen, or why there is none.

    Several methods and bases are in this table: an average over it mixes them. Take a view of one of them,
    marts.quality_point_in_time, quality_as_published, quality_trailing or quality_debt_free_aware.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    ticker = text("ticker of the company's largest line", nullable=False)
    name = text("name of the largest line")
    sector = text("GICS sector name")
    method = key_text(
        "published, debt_free_aware, or trailing: on the latest footing; choose one, or take the view of it"
    )
    basis = key_text(
        "point_in_time (known at as_of), or as_published (known 163 days later); choose one, or take "
        "marts.quality_point_in_time"
    )
    is_final = looks_later(
        flag("later filings can no longer change the row"), "true once the clock has passed horizon_date"
    )
    status = text("scored or excluded", nullable=False)
    exclusion_reason = text(
        "unusable_ticker, no_fundamentals, stale, missing:<fields>, out_of_range:<field> or "
        "insufficient_records; null if scored"
    )
    period_end = date("end of the fiscal year of the record used")
    available_date = date("when the record used became known")
    horizon_date = date("the last day whose filings the basis may use", nullable=False)
    inputs_basis = text("vendor if the vendor's metrics are used, else computed")
    roe = ratio("return on equity")
    fcf_margin = ratio("free cash flow margin")
    debt_to_assets = ratio("total debt over total assets")
    interest_coverage = ratio("interest coverage, before the clip", unit="multiple")
    market_cap_usd = usd("market value at period_end if the vendor serves it by the horizon, else at as_of")
    roe_winsorized = ratio("roe, winsorized over the records left at as_of")
    fcf_margin_winsorized = ratio("fcf_margin, winsorized")
    debt_to_assets_winsorized = ratio("debt_to_assets, winsorized")
    interest_coverage_winsorized = ratio("interest_coverage, clipped and winsorized", unit="multiple")
    roe_z = ratio("z-score of roe_winsorized, by the population deviation", unit="deviations")
    fcf_margin_z = ratio("z-score of fcf_margin_winsorized", unit="deviations")
    debt_to_assets_z = ratio("z-score of debt_to_assets_winsorized", unit="deviations")
    interest_coverage_z = ratio("z-score of interest_coverage_winsorized", unit="deviations")
    score = ratio("z(roe) + z(fcf_margin) - z(debt_to_assets) + z(interest_coverage)", unit="deviations")
    quintile = dy.Int64(
        nullable=True,
        min=1,
        max=5,
        description="1 + the number of quintile edges strictly below the score; 5 is best",
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def nothing_after_the_horizon(cls) -> pl.Expr:
        """Every number used was known at the basis' horizon."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("horizon_date"))

    @dy.rule()
    def scored_or_explained(cls) -> pl.Expr:
        """A row has either a score or a reason, never both or neither."""
        return (pl.col("status") == "scored") == pl.col("score").is_not_null() & pl.col(
            "exclusion_reason"
        ).is_null()


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


def _filled(column: str) -> dy.Float64:
    return ratio(f"share of visible annual records that have {column}; null without records", min=0, max=1)


class Coverage(dy.Schema):
    """One row per as_of: number of members screened, and of those excluded by reason."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    has_membership = flag(
        "a list dated at most 31 days before as_of is known; if not, as_of has no rows in other tables"
    )
    membership_source = text("source of the list")
    snapshot_date = date("date of the list")
    list_available_date = date("first day on which the list could be known")
    membership_basis = text(
        "evidence_known or index_known, see core.members; null without membership", nullable=True
    )
    lines = count("lines in the list")
    members = count("companies")
    evidence_snapshot_date = date(
        "date of the newest list that could be known at as_of, of this year and the year before; null if none"
    )
    evidence_members = count("companies of that list", unit="members", nullable=True)
    members_of_both_bases = count(
        "members that are in both lists; the others are known only by the list's own date",
        unit="members",
        nullable=True,
    )
    resolved = count("members known to the fundamentals source", unit="members")
    priced = count("members with a price as traded", unit="members")
    classified = count("members with an industry", unit="members")
    with_fundamentals = count("members with any visible annual record", unit="members")
    fresh_fundamentals = count("members whose visible record is not stale", unit="members")
    stale_fundamentals = count("members whose visible record is stale", unit="members")
    restated_values = count(
        "members whose visible values are later restatements under the original date", unit="members"
    )
    assumed_available_dates = count("members whose visible record has no filing date", unit="members")
    market_caps = count("members with a market value", unit="members")
    screened = count("members scored by method published on basis point_in_time", unit="members")
    excluded_unusable_ticker = count("members excluded because the ticker is not usable", unit="members")
    excluded_no_fundamentals = count("members excluded because no record is visible", unit="members")
    excluded_stale = count("members excluded because the record is stale", unit="members")
    excluded_missing = count("members excluded because an input is missing", unit="members")
    excluded_out_of_range = count("members excluded by a control", unit="members")
    excluded_insufficient_records = count(
        "members excluded because too few records were left", unit="members"
    )
    restated_share = ratio("restated_values over with_fundamentals", min=0, max=1)
    screened_share = ratio("screened over members", min=0, max=1)
    stale_months = count("the staleness limit that was used", unit="months")
    shares_footing = text(
        "split basis of most counts: as_filed, split_adjusted (for splits after the price), or undecided"
    )
    shares_footing_basis = text("what says so: declared, vote or vintages; null where undecided")
    footing_votes_splits_for = count("splits that say that counts are split-adjusted", unit="members")
    footing_votes_splits_against = count("splits that say that counts are as filed", unit="members")
    footing_votes_consolidations_for = count(
        "consolidations that say that counts are split-adjusted", unit="members"
    )
    footing_votes_consolidations_against = count(
        "consolidations that say that counts are as filed", unit="members"
    )
    inferred_share_counts = count("members whose count was brought back by an inferred split", unit="members")
    inferred_share_count_names = text("their tickers")
    inferred_splits = count(
        "members whose count was multiplied by a split that two lists show", unit="members"
    )
    inferred_split_names = text("their tickers")
    doubtful_share_counts = count(
        "members of a split-adjusted table whose count is near the list's median neither way", unit="members"
    )
    doubtful_share_count_names = text("their tickers")
    share_counts_known_later = count(
        "members whose footing only a later list of the year shows", unit="members"
    )
    share_counts_without_basis = count(
        "members without a market value because the count cannot be theirs: shares_basis_doubtful",
        unit="members",
    )
    small_share_counts = count("members whose count is small for the fund's holding", unit="members")
    splits_unchecked = count("market values whose splits up to the price are not known", unit="members")
    split_unchecked_share = ratio("splits_unchecked over market_caps", min=0, max=1)
    median_fund_share = ratio("median of the fund's holding over a company's shares", min=0)
    filled_revenue = _filled("revenue_usd")
    filled_cost_of_revenue = _filled("cost_of_revenue_usd")
    filled_gross_profit = _filled("gross_profit_usd")
    filled_operating_income = _filled("operating_income_usd")
    filled_interest_expense = _filled("interest_expense_usd")
    filled_net_interest_expense = _filled("net_interest_expense_usd")
    filled_pretax_income = _filled("pretax_income_usd")
    filled_income_tax = _filled("income_tax_usd")
    filled_net_income = _filled("net_income_usd")
    filled_cash_and_short_term_investments = _filled("cash_and_short_term_investments_usd")
    filled_receivables = _filled("receivables_usd")
    filled_inventories = _filled("inventories_usd")
    filled_current_assets = _filled("current_assets_usd")
    filled_property_plant_equipment = _filled("property_plant_equipment_usd")
    filled_goodwill = _filled("goodwill_usd")
    filled_total_assets = _filled("total_assets_usd")
    filled_short_term_debt = _filled("short_term_debt_usd")
    filled_current_liabilities = _filled("current_liabilities_usd")
    filled_long_term_debt = _filled("long_term_debt_usd")
    filled_total_liabilities = _filled("total_liabilities_usd")
    filled_retained_earnings = _filled("retained_earnings_usd")
    filled_shareholders_equity = _filled("shareholders_equity_usd")
    filled_depreciation_amortization = _filled("depreciation_amortization_usd")
    filled_operating_cash_flow = _filled("operating_cash_flow_usd")
    filled_capital_expenditures = _filled("capital_expenditures_usd")
    filled_dividends_paid = _filled("dividends_paid_usd")
    filled_net_share_repurchases = _filled("net_share_repurchases_usd")
    filled_shares_outstanding = _filled("shares_outstanding")
    filled_shares_basic = _filled("shares_basic")
    filled_shares_diluted = _filled("shares_diluted")
