"""marts.coverage: how much is known of the members at each date. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    ratio,
    text,
    year,
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
